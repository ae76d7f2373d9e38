"""All findings as one JSON object, for programs; its form is `schemas/findings.json`.

`version` is `1`. A program may rely on every field it finds: fields can be added under the same
version, but one that goes, or changes its type or meaning, makes a new version. `json` is the
newest version and `json-v1` this one: it stays for a year after the next.

Files are named inside the repository. Bytes count from 0, lines and columns from 1, columns count
characters, ends are excluded. `counts` counts by severity what `findings` holds; `suppressed` holds
what was found and suppressed, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc.report.structured import VERSION, array, compact, finding, suppressed

if TYPE_CHECKING:
    from meshc.report.run import Run


def render(run: Run) -> str:
    """Write one JSON object."""
    counts = compact(
        {
            name: sum(one.severity == name for one in run.findings)
            for name in ("error", "warning", "info")
        }
    )
    findings = array(map(finding, run.findings, run.identities()))
    return (
        f'{{"version":"{VERSION}",\n"findings":{findings},\n'
        f'"suppressed":{array(suppressed(run))},\n"counts":{counts}}}\n'
    )
