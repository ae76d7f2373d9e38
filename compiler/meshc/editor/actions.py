"""Quick fixes: the fixes of findings at a range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc.mesh.sources import Sources
from meshc.rules.fixing import with_fixes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc.editor.workspace import Workspace
    from meshc.findings import Finding, Fix


def fixes(workspace: Workspace, file: str, start: int, end: int) -> Iterator[tuple[Finding, Fix]]:
    """Give each fix of the findings that touch a range of a file, with its finding."""
    touched = [
        one
        for one in workspace.findings
        if one.primary.file == file and one.primary.start <= end and start <= one.primary.end
    ]
    for finding in with_fixes(touched, Sources(workspace.files.items())):
        for fix in finding.fixes:
            yield finding, fix
