"""One line a finding: `file:line:column: CODE message (hint)`.

Editors, `grep` and `sort` read it. A finding with a fix ends in `[fix]`, or `[unsafe fix]` where
the fix may change what the mesh does.
"""

from __future__ import annotations

from meshc.report.palette import Palette
from meshc.report.plain import shown
from meshc.report.run import more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from meshc.findings import Finding
    from meshc.report.run import Run


def render(run: Run) -> str:
    """Write findings, one a line."""
    palette = Palette(run.colour)
    findings, hidden = run.shortened()
    rows = [line(one, run, palette) for one in findings]
    if hidden:
        rows.append(more(hidden))
    return "".join(f"{row}\n" for row in rows)


def line(one: Finding, run: Run, palette: Palette) -> str:
    """Write one finding."""
    code = palette.paint(str(one.severity), one.code)
    hint = f" ({shown(one.hint)})" if one.hint else ""
    fix = f" [{'fix' if one.fixes[0].safe else 'unsafe fix'}]" if one.fixes else ""
    return f"{run.where(one.primary)}: {code} {shown(one.message)}{hint}{fix}"
