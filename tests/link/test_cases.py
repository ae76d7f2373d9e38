"""Each folder of `cases` is a repository; `findings.txt` is what linking it says, line for line.

`MESHC_REWRITE=1` writes what is said now.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meshc import mesh
from meshc.spans import Texts

CASES = Path(__file__).parent / "cases"
MESH = b"""\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec: {trustDomain: example.test}
"""


def said(case: Path) -> str:
    """Findings as lines; a case without a `mesh.yaml` takes a small one."""
    files = {
        path.relative_to(case).as_posix(): path.read_bytes()
        for path in sorted(case.rglob("*"))
        if path.suffix in {".yaml", ".json", ".pem"}
    }
    files.setdefault("mesh.yaml", MESH)
    texts = Texts(files.items())
    lines = []
    for found in mesh.link(list(files.items()), []).findings():
        at = texts.text(found.file).place(found.start, found.end)
        lines.append(
            f"{at.file}:{at.line}:{at.column}-{at.end_column} {found.code} {found.message}"
        )
        for file, start, end, message in found.related:
            other = texts.text(file).place(start, end)
            lines.append(f"  {other.file}:{other.line}:{other.column} {message}")
        if found.help:
            lines.append(f"  = {found.help}")
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_linking_says_what_is_written_down(case: Path) -> None:
    wanted = case / "findings.txt"
    if os.environ.get("MESHC_REWRITE"):
        wanted.write_text(said(case), encoding="utf-8")
    assert said(case) == wanted.read_text(encoding="utf-8")
