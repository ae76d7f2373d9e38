"""One JSON object a line and finding, for programs that read while it is written.

Each line is a finding as in `json` (`$defs/finding` of `schemas/findings.json`) with the `version`
of that form. No finding is no line. Suppressed findings are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc.report.structured import VERSION, compact, finding

if TYPE_CHECKING:
    from meshc.report.run import Run


def render(run: Run) -> str:
    """Write the findings."""
    pairs = zip(run.findings, run.identities(), strict=True)
    return "".join(f"{compact({'version': VERSION, **finding(*pair)})}\n" for pair in pairs)
