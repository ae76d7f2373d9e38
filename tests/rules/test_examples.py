"""Every rule's examples through the real engine, and the form of every rule."""

import re
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from meshc.change.edits import made
from meshc.change.rounds import mend
from meshc.cli.pages import generated, stale
from meshc.compiling import Linted, lint_files
from meshc.findings import Finding, Severity
from meshc.mesh.sources import Sources
from meshc.policy.judging import Asked
from meshc.policy.selection import Layer
from meshc.policy.settings import Settings
from meshc.repo import File
from meshc.rules import RULES, pages
from meshc.rules.fixing import fix_of
from meshc.rules.pages import Page
from meshc.rules.rule import Example

ROOT = Path(__file__).resolve().parents[2]
PAGES = list(pages.pages())
EXAMPLES = [
    pytest.param(page, example, id=f"{page.code}-{'fails' if example.fails else 'passes'}-{number}")
    for page in PAGES
    for number, example in enumerate(page.examples)
]


def lint(page: Page, example: Example) -> tuple[Finding, ...]:
    return lint_files(example.files(), asked(page, example)).findings


def asked(page: Page, example: Example) -> Asked:
    """Name a rule on texts, as it runs only then."""
    if page.found_by != "text":
        return Asked(at=example.at)
    return Asked(at=example.at, settings=Settings(layers=(Layer(extend=(page.code,)),)))


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_an_example_is_found_where_it_is_marked_and_nowhere_else(
    page: Page, example: Example
) -> None:
    findings = lint(page, example)
    found = [one.primary for one in findings if one.code == page.code]
    marks = example.marks()
    # What a mistake makes of its own line is no other mistake.
    lines = {line for line, _, _ in marks}
    others = [one for one in findings if one.code != page.code and one.primary.line not in lines]
    assert not [one for one in others if one.severity is Severity.ERROR], others
    assert bool(marks) == example.fails
    assert len(found) == len(marks), findings
    for place, (line, column, end_column) in zip(found, marks, strict=True):
        assert place.line == line, findings
        if end_column > column:
            assert (place.column, place.end_column) == (column, end_column), findings


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_a_rule_has_a_page_and_examples_of_both_sorts(page: Page) -> None:
    assert {example.fails for example in page.examples} == {True, False}
    first, _, rest = page.text.partition("\n")
    assert first.endswith(".")
    assert "Why it matters:" in rest
    assert "What to do:" in rest
    assert page.help[0].islower() or page.help[0] == "`"
    assert not page.help.endswith(".")


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_messages_have_the_house_form(page: Page, example: Example) -> None:
    for one in lint(page, example):
        assert one.message[0].islower() or not one.message[0].isalpha(), (page.code, one.message)
        assert not one.message.endswith(".")
        assert "\n" not in one.message


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.found_by == "rule"])
def test_a_check_says_what_it_looks_at(code: str) -> None:
    assert import_module(RULES[code].module).SEES in ("row", "edge", "mesh")


def test_there_are_enough_rules() -> None:
    assert len(PAGES) >= 25
    assert [page.code for page in PAGES] == list(RULES) == sorted(RULES)


def test_every_code_the_native_side_can_emit_has_a_page() -> None:
    emitted = set()
    for source in (ROOT / "compiler/crates").glob("*/src/**/*.rs"):
        if "test" not in source.stem:
            emitted |= set(
                re.findall(r'"(MC\d{3})"', source.read_text().partition("#[cfg(test)]")[0])
            )
    assert emitted - set(RULES) == set()


def test_a_lint_imports_no_page_of_a_rule_that_is_found_natively() -> None:
    code = (
        "import sys; from meshc.compiling import lint_files; lint_files([('a.yaml', b'a: b')])\n"
        "print([m for m in sys.modules if '.mc2' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    native = {rule.module for rule in RULES.values() if rule.found_by != "rule"}
    assert "meshc.rules.references.mc212_orphan_service" in done.stdout
    assert not any(f"'{module}'" in done.stdout for module in native)


@pytest.mark.parametrize(
    ("path", "content"), generated().items(), ids=lambda value: getattr(value, "name", "")
)
def test_what_is_generated_has_not_drifted(path: Path, content: str) -> None:
    assert (ROOT / path).read_text() == content, "run `python -m meshc.cli.pages`"


FIXED = [
    pytest.param(page, before, after, id=f"{page.code}-{number}")
    for page in PAGES
    for number, (before, after) in enumerate(pairwise(page.examples))
    if after.after
]


@pytest.mark.parametrize(("page", "before", "after"), FIXED)
def test_a_fix_makes_of_an_example_what_the_page_shows(
    page: Page, before: Example, after: Example
) -> None:
    assert before.fails
    files = before.unmarked().files()
    wanted = asked(page, before)

    def linted(files: Sequence[File]) -> Linted:
        return lint_files(files, wanted)

    (found,) = (one for one in linted(files).findings if one.code == page.code)
    fix = fix_of(found, Sources(files))
    assert fix is not None
    assert fix.message[0].islower() or fix.message[0] == "`"
    fresh = dict(made(files, [fix]))
    assert fresh[after.file].decode() == after.text
    if fix.safe:
        assert mend(files, linted, unsafe=False).state.files == tuple(fresh.items())


def test_every_rule_with_a_fix_shows_it() -> None:
    shown = {page.code for page, *_ in (param.values for param in FIXED)}
    assert shown == {page.code for page in PAGES if page.fixes}
    assert len(shown) >= 10


def test_no_page_is_left_of_what_is_no_more() -> None:
    assert stale() == [], "run `python -m meshc.cli.pages`"
