"""Intent files that are wrong in the ways people get them wrong, each with the finding we want.

A case is a folder with one mistake in `intent.yaml`; around it stand a Mesh and two services, so
that a mistake that spreads is seen. `cases` are mistakes as they came to mind, `kinds` the same few
mistakes in every kind: KIND/MISTAKE-PLACE. What is found is what a lint finds, rules included.
`MESHC_REWRITE=1` writes what is said now; read it.
"""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from meshc.compiling import lint_files
from meshc.schema.kinds import KINDS

if TYPE_CHECKING:
    from meshc.findings import Finding

FOLDER = Path(__file__).parent
CASES = sorted([*(FOLDER / "cases").iterdir(), *(FOLDER / "kinds").glob("*/*")])
MISTAKES = ("wrong-type", "missing", "unknown", "misspelt", "duplicated")
PLACES = ("at-top", "in-list", "in-flow")
WITHOUT_LISTS = {"Waiver"}
"""Kinds in which nothing is a list."""
AROUND = sorted((FOLDER / "around").iterdir())
CART = tuple(f"name: cart{end}" for end in (", namespace: shop", "\n  namespace: shop", ", namep"))
CALLER = "  calls: [{to: payments.charge}]"
"""The line of `web` that becomes a call of the case's own service, where it has one."""


def repository(case: Path) -> dict[str, bytes]:
    """The case and its neighbours; a case that declares a Mesh stands in place of ours."""
    intent = (case / "intent.yaml").read_text(encoding="utf-8")
    files = {path.name: path.read_text(encoding="utf-8") for path in AROUND}
    if ": Mesh\n" in intent:
        del files["mesh.yaml"]
    if any(named in intent for named in CART):
        files["web.yaml"] = files["web.yaml"].replace(CALLER, f"{CALLER[:-1]}, {{to: cart}}]")
    return {name: text.encode() for name, text in {**files, "intent.yaml": intent}.items()}


def said(case: Path) -> tuple[str, list[Finding]]:
    """Give what a lint says as lines, and what of it is a mistake: not merely refused for now."""
    found = lint_files(sorted(repository(case).items())).findings
    lines = []
    for one in found:
        at = one.primary
        lines.append(f"{at.file}:{at.line}:{at.column}-{at.end_column} {one.code} {one.message}")
        if one.hint:
            lines.append(f"  ^ {one.hint}")
        if one.help:
            lines.append(f"  = {one.help}")
    return "".join(f"{line}\n" for line in lines), [one for one in found if one.code != "MC109"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(FOLDER)))
def test_one_mistake_is_one_finding_with_the_words_we_want(case: Path) -> None:
    """Nothing mild stands beside it either, in the case or in what is around it."""
    text, mistakes = said(case)
    wanted = case / "findings.txt"
    if os.environ.get("MESHC_REWRITE"):
        wanted.write_text(text, encoding="utf-8")
    assert text == wanted.read_text(encoding="utf-8")
    # What is only refused for now has no other finding.
    assert len(mistakes) == 1 or (not mistakes and text.count("MC109") == 1)
    for mistake in mistakes:
        assert mistake.primary.file == "intent.yaml"
        content = (case / "intent.yaml").read_bytes()
        place = content[mistake.primary.start : mistake.primary.end]
        assert place
        assert b"\n" not in place.strip()


def test_there_are_enough() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_every_mistake_at_every_place(kind: str) -> None:
    places = [one for one in PLACES if one != "in-list" or kind not in WITHOUT_LISTS]
    wanted = {f"{mistake}-{place}" for mistake, place in product(MISTAKES, places)}
    cases = [case for case in CASES if case.parent == FOLDER / "kinds" / kind]
    assert {case.name for case in cases} == wanted
    for case in cases:
        assert f"kind: {kind}\n" in (case / "intent.yaml").read_text(encoding="utf-8")
