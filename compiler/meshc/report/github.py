"""Workflow commands of GitHub Actions: annotations in the log and beside the changed lines.

Paths are relative to the root of the Git repository, as GitHub wants them. Errors, warnings and
infos become `error`, `warning` and `notice`. GitHub shows at most 10 errors and 10 warnings a step,
and 50 annotations a job; the log holds all of them, and `sarif` has no such limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meshc.report.plain import shown

if TYPE_CHECKING:
    from meshc.findings import Finding
    from meshc.report.run import Run

COMMANDS: Final = {"error": "error", "warning": "warning", "info": "notice"}
DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
"""What the runner decodes in a message."""
PROPERTY: Final = DATA | str.maketrans({":": "%3A", ",": "%2C"})
"""What it decodes in a property."""


def render(run: Run) -> str:
    """Write one command a finding."""
    return "".join(command(one, run) for one in run.findings)


def command(one: Finding, run: Run) -> str:
    """Write one finding; columns only within one line: GitHub refuses others."""
    place = one.primary
    properties = {"file": shown(run.path(place)), "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:
        # GitHub's last column is included.
        properties |= {"col": place.column, "endColumn": max(place.column, place.end_column - 1)}
    properties["title"] = f"{one.code} {one.name}"
    listed = ",".join(
        f"{name}={str(value).translate(PROPERTY)}" for name, value in properties.items()
    )
    said = [shown(one.message), *(shown(text) for text in (one.hint, one.help) if text)]
    return f"::{COMMANDS[one.severity]} {listed}::{chr(10).join(said).translate(DATA)}\n"
