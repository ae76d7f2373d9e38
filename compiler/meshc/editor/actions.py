"""Quick fixes: the fixes of findings at a range."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc.editor.workspace import Workspace
    from meshc.findings import Finding, Fix


def fixes(workspace: Workspace, file: str, start: int, end: int) -> Iterator[tuple[Finding, Fix]]:
    """Give each fix of the findings that touch a range of a file, with its finding."""
    for finding in workspace.findings:
        place = finding.primary
        if place.file == file and place.start <= end and start <= place.end:
            for fix in finding.fixes:
                yield finding, fix
