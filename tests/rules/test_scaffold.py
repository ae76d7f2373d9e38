"""A new rule is whole, and fails its own example until somebody fills it in."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from meshc.cli import exits, run
from meshc.compiling import lint_files
from meshc.rules import scaffold

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_rule_is_whole_and_does_not_pass_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "resilience").mkdir()
    monkeypatch.setattr(scaffold, "HERE", tmp_path)
    assert run(["rule", "MC699-no-jitter", "--scaffold"]) == exits.CLEAN
    path = tmp_path / "resilience/mc699_no_jitter.py"
    assert capsys.readouterr().out.strip() == str(path)
    spec = importlib.util.spec_from_file_location("mc699_no_jitter", path)
    assert spec is not None
    assert spec.loader is not None
    rule = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rule)
    assert rule.SEES in ("row", "edge", "mesh")
    failing, passing = rule.EXAMPLES
    assert failing.fails
    assert not passing.fails
    for example in (failing, passing):
        mesh = lint_files(example.files()).mesh
        assert list(rule.check(mesh)) == []
    assert failing.marks() == [(3, 18, 22)]


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("MC201-no-jitter", "MC201 is taken: unknown-service"),
        ("MC699-unknown-service", "`unknown-service` is the name of MC201"),
        ("jitter", "`jitter` is no rule: write a code and a name, as in `MC614-no-jitter`"),
    ],
)
def test_what_is_taken_or_no_name_is_refused(
    word: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rule", word, "--scaffold"]) == exits.USAGE
    assert capsys.readouterr().err == f"error: {why}\n"


def test_it_is_no_verb_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == exits.CLEAN
    assert "  rule " not in capsys.readouterr().out
