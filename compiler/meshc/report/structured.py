"""Findings as JSON for programs; `version` grows when a field changes its meaning or goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.findings import Finding
    from meshc.spans import Place

VERSION: Final = "1"


def render(findings: Sequence[Finding]) -> str:
    """Write one JSON object with every finding and their number by severity."""
    counts = {
        name: sum(one.severity == name for one in findings) for name in ("error", "warning", "info")
    }
    content = {"version": VERSION, "findings": [finding(one) for one in findings], "counts": counts}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def finding(one: Finding) -> dict[str, Any]:  # the values are JSON of several types
    """Give a finding as JSON values."""
    return {
        "code": one.code,
        "name": one.name,
        "severity": str(one.severity),
        "message": one.message,
        "place": place(one.primary),
        "hint": one.hint,
        "help": one.help,
        "related": [{"place": place(r.place), "message": r.message} for r in one.related],
    }


def place(one: Place) -> dict[str, str | int]:
    """Give a place as JSON values: bytes from 0, lines and columns from 1, ends excluded."""
    return {
        "file": one.file,
        "start": one.start,
        "end": one.end,
        "line": one.line,
        "column": one.column,
        "endLine": one.end_line,
        "endColumn": one.end_column,
    }
