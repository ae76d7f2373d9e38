"""Every folder of `cases`: a file, and what the native checker says about it, place by place.

`MESHC_REWRITE=1` writes the answers anew; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from schema.native_check import native

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir())


@pytest.fixture(scope="module")
def answers() -> dict[Path, Any]:
    texts = [(case / "input.yaml").read_text() for case in CASES]
    return dict(zip(CASES, native(texts), strict=True))


def shown(text: str, answer: dict[str, Any]) -> str:
    """A finding's code, line, column, the text it points at, its message; then its help."""
    lines = []
    for document in answer["documents"]:
        for finding in document["findings"]:
            before = text.encode()[: finding["start"]].decode()
            pointed = text.encode()[finding["start"] : finding["end"]].decode()
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            place = f"{line}:{column} {json.dumps(pointed)}"
            lines.append(f"{finding['code']} {place} {finding['message']}\n")
            if finding["help"]:
                lines.append(f"  {finding['help']}\n")
    return "".join(lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_findings(case: Path, answers: dict[Path, Any]) -> None:
    text = (case / "input.yaml").read_text()
    assert answers[case]["reading"] == []
    found = shown(text, answers[case])
    wanted = case / "findings.txt"
    if os.environ.get("MESHC_REWRITE"):
        wanted.write_text(found)
    assert found == wanted.read_text()
