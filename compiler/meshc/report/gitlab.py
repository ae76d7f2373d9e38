"""The Code Quality report of GitLab, for `artifacts: reports: codequality:`.

Paths are relative to the root of the Git repository. GitLab compares fingerprints with those of
the target branch: ours outlive moved lines, so that only new findings show. Errors, warnings and
infos become `major`, `minor` and `info`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meshc.report.structured import Json, array

if TYPE_CHECKING:
    from meshc.findings import Finding
    from meshc.report.run import Run

SEVERITIES: Final = {"error": "major", "warning": "minor", "info": "info"}


def render(run: Run) -> str:
    """Write a JSON array."""
    pairs = zip(run.findings, run.identities(), strict=True)
    return f"{array(violation(one, name, run) for one, name in pairs)}\n"


def violation(one: Finding, fingerprint: str, run: Run) -> dict[str, Json]:
    """Give one finding."""
    place = one.primary
    return {
        "description": f"{one.code} {one.message}{f' ({one.hint})' if one.hint else ''}",
        "check_name": one.name,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[one.severity],
        "location": {
            "path": run.path(place),
            "lines": {"begin": place.line, "end": place.end_line},
        },
    }
