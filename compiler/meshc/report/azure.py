"""Logging commands of Azure Pipelines: issues in the summary of a build.

Paths are relative to the root of the Git repository. Azure knows errors and warnings; an info
becomes a line of the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meshc.report.plain import shown

if TYPE_CHECKING:
    from meshc.findings import Finding
    from meshc.report.run import Run

DATA: Final = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
"""What the agent decodes in a message."""
PROPERTY: Final = DATA | str.maketrans({";": "%3B", "]": "%5D"})
"""What it decodes in a property."""


def render(run: Run) -> str:
    """Write one line a finding."""
    return "".join(line(one, run) for one in run.findings)


def line(one: Finding, run: Run) -> str:
    """Write one finding."""
    place = one.primary
    message = shown(one.message) + (f" ({shown(one.hint)})" if one.hint else "")
    if one.severity == "info":
        return f"{run.where(place)}: {one.code} {message}\n"
    properties = {
        "type": str(one.severity),
        "sourcepath": shown(run.path(place)),
        "linenumber": str(place.line),
        "columnnumber": str(place.column),
        "code": one.code,
    }
    listed = "".join(f"{name}={value.translate(PROPERTY)};" for name, value in properties.items())
    return f"##vso[task.logissue {listed}]{message.translate(DATA)}\n"
