"""Whole runs of `meshc lint`: each folder of `runs` has a `run.toml` and an `expected.txt`.

`run.toml` gives the words behind `meshc lint`, and may give `terminal = true` and environment
variables; `input` is the folder it runs in. What is written to standard output, standard error and
files, and the exit code, are held. `MESHC_REWRITE=1` writes what is said now.
"""

from __future__ import annotations

import gc
import io
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from golden import readable

from meshc import cli, report

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = Path(__file__).parent / "runs"
TIME = re.compile(r"\(\d+\.\d\d s\)")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what a lint does for its own short life; nobody's taste of colours decides."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    yield
    gc.enable()


def ran(
    words: list[str], monkeypatch: pytest.MonkeyPatch, *, terminal: bool = False
) -> tuple[int, str, str]:
    """Run a lint; gives exit code, standard output and standard error."""
    out, err = (Terminal() if terminal else io.StringIO()), io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = cli.run(["lint", *words])
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("folder", sorted(RUNS.iterdir()), ids=lambda folder: folder.name)
def test_a_run_says_what_is_written_down(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tomllib.loads((folder / "run.toml").read_text())
    here = tmp_path / "here"
    source = folder.parent / run["like"] if "like" in run else folder
    shutil.copytree(source / "input", here)
    monkeypatch.chdir(here)
    before = set(here.rglob("*"))
    for name, value in run.get("environment", {}).items():
        monkeypatch.setenv(name, value)
    code, out, err = ran(run["words"], monkeypatch, terminal=run.get("terminal", False))
    said = f"$ meshc lint {' '.join(run['words'])}\n{out}--- standard error\n{err}--- exit {code}\n"
    for path in sorted(set(here.rglob("*")) - before):
        said += f"--- {path.relative_to(here).as_posix()}\n{path.read_text()}"
    said = TIME.sub("(TIME)", readable(said))
    wanted = folder / "expected.txt"
    if os.environ.get("MESHC_REWRITE"):
        wanted.write_text(said, encoding="utf-8")
    assert said == wanted.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", report.FORMATS)
def test_exit_codes_are_the_same_in_every_format(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, fine, warned = (str(RUNS / name / "input") for name in ("wrong", "clean", "warned"))
    (tmp_path / "none").mkdir()
    wanted = {
        (wrong,): 1,
        (fine,): 0,
        (warned,): 0,
        (warned, "--fail-on", "warning"): 1,
        (wrong, "--exit-zero"): 0,
        (str(tmp_path / "none"),): 3,
        (str(tmp_path / "nowhere"),): 2,
    }
    for words, code in wanted.items():
        assert ran([*words, "--format", form], monkeypatch)[0] == code, words
        output = f"{form}:{tmp_path / 'out'}"
        got = ran([*words, "--output", output], monkeypatch)
        assert got[:2] == (code, ""), words


@pytest.mark.parametrize("form", report.FORMATS)
def test_standard_output_and_a_file_hold_the_same_and_nothing_else(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = str(RUNS / "wrong/input")
    _, out, err = ran([wrong, "--format", form], monkeypatch)
    file = tmp_path / "out"
    ran([wrong, "--output", f"{form}:{file}"], monkeypatch)
    assert file.read_text() == out
    assert out
    assert "finding" not in err.splitlines()[0]
    assert TIME.search(err)


def test_a_terminal_gets_colours_and_a_limit_a_file_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text("".join(f"---\nk{n}: 1\n" for n in range(150)))
    words = [str(tmp_path), "--format", "concise"]
    _, seen, _ = ran(words, monkeypatch, terminal=True)
    assert seen.count("\x1b[0m") == 100
    assert "`--limit 0` shows all" in seen
    _, piped, _ = ran(words, monkeypatch)
    assert "\x1b" not in piped
    assert len(piped.splitlines()) >= 150
    _, few, _ = ran([*words, "--limit", "3"], monkeypatch)
    assert len(few.splitlines()) == 4


@pytest.mark.parametrize(
    ("environment", "choice", "terminal", "wanted"),
    [
        ({}, "auto", True, True),
        ({}, "auto", False, False),
        ({"TERM": "dumb"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": ""}, "auto", True, True),
        ({"FORCE_COLOR": "1"}, "auto", False, True),
        ({"FORCE_COLOR": "0"}, "auto", False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "always", False, True),
        ({"FORCE_COLOR": "1"}, "never", True, False),
    ],
)
def test_who_decides_on_colours(
    environment: dict[str, str],
    choice: str,
    terminal: bool,
    wanted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    words = [str(RUNS / "wrong/input"), "--color", choice]
    _, out, _ = ran(words, monkeypatch, terminal=terminal)
    assert ("\x1b[" in out) == wanted


def test_paths_lead_from_where_their_reader_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(RUNS / "wrong/input", tmp_path / "deploy/mesh")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "deploy")
    said = {form: ran(["mesh", "--format", form], monkeypatch)[1] for form in report.FORMATS}
    for form, text in said.items():
        base = report.FORMATS[form].base
        assert ("deploy/mesh/web.yaml" in text) == (base == "checkout"), form
        assert ("mesh/web.yaml" in text) == (base != "linted"), form
        assert "web.yaml" in text


def test_a_file_that_cannot_be_written_is_said_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = str(RUNS / "wrong/input")
    file = tmp_path / "out.json"
    file.write_text("before")
    monkeypatch.setattr("os.fsync", refused)
    code, _, err = ran([wrong, "--output", f"json:{file}"], monkeypatch)
    monkeypatch.undo()
    assert code == 2
    assert f"`{file}` cannot be written: no space left on device" in err
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def refused(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_lint_imports_no_format_that_nobody_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    formats = {one.module for one in report.FORMATS.values()}
    for name in formats:
        monkeypatch.delitem(sys.modules, name, raising=False)
    ran([str(RUNS / "clean/input")], monkeypatch)
    assert formats & set(sys.modules) == {"meshc.report.full"}


@pytest.mark.parametrize("form", report.FORMATS)
def test_an_output_explains_itself(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        assert cli.run(["explain", form]) == 0
    said = out.getvalue()
    assert said.startswith(f"meshc lint --format {form}\n")
    assert "MC201" in said.partition("Two mistakes in this format:")[2]


def test_an_output_misspelt_is_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", err)
        assert cli.run(["explain", "sarf"]) == 2
    assert "did you mean `sarif`?" in err.getvalue()
