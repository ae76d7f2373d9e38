"""SARIF 2.1.0, for code scanning: places, paths, fixes, suppressions, and a page for each rule.

Paths are relative to the root of the Git repository (`%SRCROOT%`). Columns count code points, ends
are excluded. `partialFingerprints` outlive moved lines: `meshc/v1` is our fingerprint, and
`primaryLocationLineHash`, which GitHub compares, is made of it. Other places are
`relatedLocations`, a path of calls is a `codeFlow`. A suppressed finding is in the results with its
justification. GitHub shows 5,000 results of a run, and refuses a run with more than 25,000 or a
file of more than 10 MB when compressed.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from meshc.report.structured import Json, array, compact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meshc.findings import Edit, Finding, Fix, Related
    from meshc.report.run import Run
    from meshc.spans import Place

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT: Final = "%SRCROOT%"
LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
HASH: Final = 16
"""Hexadecimal digits of a fingerprint in `primaryLocationLineHash`, as long as GitHub's own."""


def render(run: Run) -> str:
    """Write one log with one run."""
    found = [*run.findings, *(each.finding for each in run.suppressed)]
    codes = sorted({one.code for one in found})
    index = {code: number for number, code in enumerate(codes)}
    head: dict[str, Json] = {
        "automationDetails": {"id": "meshc/lint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "the root of the Git repository"}}},
    }
    rules = array(rule(code, next(one for one in found if one.code == code)) for code in codes)
    driver = f'{compact(tool())[:-1]},\n"rules":{rules}}}'
    return (
        f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"tool":{{"driver":{driver}}},\n'
        f'{compact(head)[1:-1]},\n"results":{array(results(run, index))}}}]}}\n'
    )


def tool() -> dict[str, Json]:
    """Say who found it."""
    from meshc import __version__

    return {"name": "meshc", "version": __version__, "semanticVersion": __version__}


def rule(code: str, one: Finding) -> dict[str, Json]:
    """Give a rule with its page; one without a page says what a finding of it says."""
    from meshc.rules import RULES  # pages are read for the rules that found something
    from meshc.rules.pages import document, page

    if code not in RULES:
        return {"id": code, "name": one.name, "shortDescription": {"text": one.name}}
    found = page(RULES[code].module)
    return {
        "id": code,
        "name": found.name,
        "shortDescription": {"text": found.text.splitlines()[0]},
        "fullDescription": {"text": " ".join(found.text.split())},
        "help": {"text": found.text, "markdown": document(found)},
        "defaultConfiguration": {"level": LEVELS[found.severity]},
        "properties": {"tags": [found.group], "precision": "very-high"},
    }


def results(run: Run, index: dict[str, int]) -> Iterator[dict[str, Json]]:
    """Give findings, then what was suppressed."""
    for one, name in zip(run.findings, run.identities(), strict=True):
        yield result(one, name, run, index)
    names = run.identify(tuple(each.finding for each in run.suppressed))
    for each, name in zip(run.suppressed, names, strict=True):
        kind = "inSource" if each.inline else "external"
        reason: dict[str, Json] = {"kind": kind, "status": "accepted"}
        if each.reason:
            reason["justification"] = each.reason
        yield {**result(each.finding, name, run, index), "suppressions": [reason]}


def result(one: Finding, fingerprint: str, run: Run, index: dict[str, int]) -> dict[str, Json]:
    """Give one finding; what it need not have is left out."""
    said = one.message + (f" ({one.hint})" if one.hint else "")
    digest, _, number = fingerprint.partition(":")
    found: dict[str, Json] = {
        "ruleId": one.code,
        "ruleIndex": index[one.code],
        "level": LEVELS[one.severity],
        "message": {"text": f"{said}\n{one.help}" if one.help else said},
        "locations": [location(one.primary, run)],
        "partialFingerprints": {
            "meshc/v1": fingerprint,
            "primaryLocationLineHash": f"{digest[:HASH]}:{number or 1}",
        },
    }
    if one.related:
        found["relatedLocations"] = [
            {"id": number, **hop(other, run)} for number, other in enumerate(one.related, start=1)
        ]
    if one.flow:
        found["codeFlows"] = [flow(one.flow, run)]
    if fixes := [fix(each, run) for each in one.fixes if each.edits]:
        found["fixes"] = fixes
    return found


def location(place: Place, run: Run) -> dict[str, Json]:
    """Give a place."""
    return {"physicalLocation": {"artifactLocation": artifact(place, run), "region": region(place)}}


def hop(one: Related, run: Run) -> dict[str, Json]:
    """Give a place and what it has to do with the finding."""
    return {**location(one.place, run), "message": {"text": one.message}}


def artifact(place: Place, run: Run) -> dict[str, Json]:
    """Name a file, percent-encoded as a URI."""
    return {"uri": quote(run.path(place)), "uriBaseId": ROOT}


def region(place: Place) -> dict[str, Json]:
    """Give a range in lines and columns, and in bytes."""
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "byteOffset": place.start,
        "byteLength": place.end - place.start,
    }


def flow(hops: Sequence[Related], run: Run) -> dict[str, Json]:
    """Give a path, hop by hop."""
    return {"threadFlows": [{"locations": [{"location": hop(each, run)} for each in hops]}]}


def fix(one: Fix, run: Run) -> dict[str, Json]:
    """Give a fix, its edits gathered by file."""
    changes: list[Json] = []
    for file, edits in groupby(sorted(one.edits), key=lambda edit: edit.file):
        listed = list(edits)
        place = run.texts.text(file).place(listed[0].start, listed[0].end)
        changes.append(
            {
                "artifactLocation": artifact(place, run),
                "replacements": [replacement(edit, run) for edit in listed],
            }
        )
    return {"description": {"text": one.message}, "artifactChanges": changes}


def replacement(edit: Edit, run: Run) -> dict[str, Json]:
    """Give one edit."""
    place = run.texts.text(edit.file).place(edit.start, edit.end)
    return {"deletedRegion": region(place), "insertedContent": {"text": edit.text}}
