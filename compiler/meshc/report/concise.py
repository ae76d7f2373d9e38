"""One line a finding: `file:line:column: CODE message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc.report.plain import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.findings import Finding


def render(findings: Sequence[Finding]) -> str:
    """Write findings, one a line."""
    return "".join(
        f"{shown(one.primary.file)}:{one.primary.line}:{one.primary.column}: "
        f"{one.code} {shown(one.message)}{f' ({shown(one.hint)})' if one.hint else ''}\n"
        for one in findings
    )
