"""Findings as JSON values, the same in every JSON of our own; `schemas/findings.json` is its form.

A field may be added under the same version; one that goes, or changes its type or meaning, makes a
new version.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from meshc.findings import Finding, Fix, Related
    from meshc.report.run import Run
    from meshc.spans import Place

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
VERSION: Final = "1"
STEERING: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
"""Controls that JSON itself lets stand, and characters that are not seen."""


def finding(one: Finding, fingerprint: str) -> dict[str, Json]:
    """Give a finding as JSON values."""
    return {
        "code": one.code,
        "name": one.name,
        "severity": str(one.severity),
        "message": one.message,
        "place": place(one.primary),
        "hint": one.hint,
        "help": one.help,
        "related": [related(other) for other in one.related],
        "flow": [related(hop) for hop in one.flow],
        "fixes": [fix(each) for each in one.fixes],
        "fingerprint": fingerprint,
    }


def suppressed(run: Run) -> Iterator[dict[str, Json]]:
    """Give what was suppressed, each with its reason."""
    names = run.identify(tuple(each.finding for each in run.suppressed))
    for each, name in zip(run.suppressed, names, strict=True):
        yield {**finding(each.finding, name), "reason": each.reason, "by": each.by}


def related(one: Related) -> dict[str, Json]:
    """Give another place as JSON values."""
    return {"place": place(one.place), "message": one.message}


def fix(one: Fix) -> dict[str, Json]:
    """Give a fix as JSON values: edits of bytes, in no file two that overlap."""
    edits: Sequence[Json] = [
        {"file": edit.file, "start": edit.start, "end": edit.end, "text": edit.text}
        for edit in one.edits
    ]
    return {"message": one.message, "safe": one.safe, "edits": edits}


def place(one: Place) -> dict[str, Json]:
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


def compact(value: Json) -> str:
    """Write JSON on one line; what could steer a terminal or a build agent is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("##", "#\\u0023")
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def array(values: Iterable[dict[str, Json]]) -> str:
    """Write a JSON array, one value a line: large ones are written quickly and compared easily."""
    rows = ",\n".join(compact(value) for value in values)
    return f"[\n{rows}\n]" if rows else "[]"
