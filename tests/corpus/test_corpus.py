"""Intent files that are wrong in the ways people get them wrong, each with the finding we want.

A case is a folder with one mistake in `intent.yaml`; around it stand a Mesh and two services, so
that a mistake that spreads is seen. `MESHC_REWRITE=1` writes what is said now; read it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meshc import mesh
from meshc.spans import Texts

FOLDER = Path(__file__).parent
CASES = sorted((FOLDER / "cases").iterdir())
AROUND = sorted((FOLDER / "around").iterdir())
CALLER = "  calls: [{to: payments.charge}]"
"""The line of `web` that becomes a call of the case's own service, where it has one."""


def repository(case: Path) -> dict[str, bytes]:
    """The case and its neighbours; a case that declares a Mesh stands in place of ours."""
    intent = (case / "intent.yaml").read_text(encoding="utf-8")
    files = {path.name: path.read_text(encoding="utf-8") for path in AROUND}
    if "kind: Mesh\n" in intent:
        del files["mesh.yaml"]
    if "name: cart, namespace: shop" in intent or "name: cart\n  namespace: shop" in intent:
        files["web.yaml"] = files["web.yaml"].replace(CALLER, f"{CALLER[:-1]}, {{to: cart}}]")
    return {name: text.encode() for name, text in {**files, "intent.yaml": intent}.items()}


def said(case: Path) -> tuple[str, list[tuple[str, int, int]]]:
    """Findings as lines, and the places of those that are mistakes: not merely refused for now."""
    files = repository(case)
    texts = Texts(files.items())
    lines, places = [], []
    for found in mesh.link(list(files.items()), []).findings():
        at = texts.text(found.file).place(found.start, found.end)
        lines.append(
            f"{at.file}:{at.line}:{at.column}-{at.end_column} {found.code} {found.message}"
        )
        if found.help:
            lines.append(f"  = {found.help}")
        if found.code != "MC109":
            places.append((found.file, found.start, found.end))
    return "".join(f"{line}\n" for line in lines), places


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_mistake_is_one_finding_with_the_words_we_want(case: Path) -> None:
    text, places = said(case)
    wanted = case / "findings.txt"
    if os.environ.get("MESHC_REWRITE"):
        wanted.write_text(text, encoding="utf-8")
    assert text == wanted.read_text(encoding="utf-8")
    # What is only refused for now has no other finding.
    assert len(places) == 1 or (not places and text.count("MC109") == 1)
    for file, start, end in places:
        assert file == "intent.yaml"
        content = (case / "intent.yaml").read_bytes()
        assert content[start:end]
        assert b"\n" not in content[start:end].strip()


def test_there_are_enough() -> None:
    assert len(CASES) >= 200
