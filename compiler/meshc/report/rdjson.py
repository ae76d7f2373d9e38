"""Reviewdog Diagnostic Format (`reviewdog -f=rdjson`): comments and suggestions in a review.

Columns count bytes of UTF-8, as that format wants it. A fix that stays in one file becomes a
suggestion, one for all its edits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meshc.report.structured import Json, array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc.findings import Finding
    from meshc.report.run import Run
    from meshc.spans import Place

SEVERITIES: Final = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def render(run: Run) -> str:
    """Write a DiagnosticResult."""
    diagnostics = array(diagnostic(one, run) for one in run.findings)
    return f'{{"source":{{"name":"meshc"}},\n"diagnostics":{diagnostics}}}\n'


def diagnostic(one: Finding, run: Run) -> dict[str, Json]:
    """Give one finding; what it need not have is left out."""
    advice = [text for text in (one.hint, one.help) if text]
    said: dict[str, Json] = {
        "message": "\n".join([one.message, *advice]),
        "location": location(one.primary, run),
        "severity": SEVERITIES[one.severity],
        "code": {"value": one.code},
    }
    if suggested := list(suggestions(one, run)):
        said["suggestions"] = suggested
    others = [*one.related, *one.flow]
    if others:
        said["related_locations"] = [
            {"message": other.message, "location": location(other.place, run)} for other in others
        ]
    return said


def location(place: Place, run: Run) -> dict[str, Json]:
    """Give a place."""
    return {"path": run.path(place), "range": span(place, run)}


def span(place: Place, run: Run) -> dict[str, Json]:
    """Give the range of a place, its end excluded."""
    text = run.texts.text(place.file)
    return {
        "start": {"line": place.line, "column": place.start - text.start(place.line) + 1},
        "end": {"line": place.end_line, "column": place.end - text.start(place.end_line) + 1},
    }


def suggestions(one: Finding, run: Run) -> Iterator[Json]:
    """Give each fix that stays in the finding's file, as one replacement."""
    text = run.texts.text(one.primary.file)
    for fix in one.fixes:
        if not fix.edits or any(edit.file != one.primary.file for edit in fix.edits):
            continue
        edits = sorted(fix.edits)
        place = text.place(edits[0].start, max(edit.end for edit in edits))
        replacement = text.edited(place, edits).decode("utf-8", "replace")
        yield {"range": span(place, run), "text": replacement}
