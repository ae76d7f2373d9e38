"""The server's state: one workspace, asked in a thread of its own, and what files were last told.

The first folder that the client names is the workspace. A keystroke never waits for the mesh, and
a text that is older than the newest is not linted at all.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from meshc import __version__
from meshc.editor.positions import Positions
from meshc.editor.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from meshc.findings import Edit, Finding
    from meshc.spans import Place

    T = TypeVar("T")

SOURCE: Final = "meshc"
SEVERITIES: Final = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}


class Server(LanguageServer):
    """The server's state: a workspace, and what each file was last told."""

    def __init__(self) -> None:
        """Wait for a client; nothing is read before it names a folder."""
        super().__init__("meshc", __version__)
        self.repository: Workspace | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meshc-workspace")
        self._told: dict[str, list[lsp.Diagnostic]] = {}
        self._newest = 0

    def open(self, folder: str) -> Workspace:
        """Take a folder as the workspace; nothing is read yet."""
        today = time.strftime("%Y-%m-%d", time.gmtime())
        self.repository = Workspace(Path(folder).resolve(), today)
        return self.repository

    async def ask(self, question: Callable[[Workspace], T]) -> T | None:
        """Ask the workspace in its thread; nothing without one."""
        workspace = self.repository
        if workspace is None:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, question, workspace)

    async def ask_at(
        self,
        document: lsp.TextDocumentIdentifier,
        position: lsp.Position,
        question: Callable[[Workspace, Positions, str, int], T],
    ) -> T | None:
        """Ask about a place of a file; nothing for a file that is none of the repository's."""
        path = self.path_of(document.uri)

        def asked(workspace: Workspace) -> T | None:
            if path is None:
                return None
            positions = Positions(workspace, self.workspace.position_codec)
            return question(workspace, positions, path, positions.byte(path, position))

        return await self.ask(asked)

    async def changed(self, change: Callable[[Workspace], object]) -> None:
        """Change the workspace, and tell the client what is wrong now, unless it changed again."""
        self._newest += 1
        mine = self._newest
        await self.ask(change)
        if mine == self._newest and (told := await self.ask(self._diagnose)) is not None:
            self._tell(told)

    def path_of(self, uri: str) -> str | None:
        """Give the path inside the repository."""
        file = to_fs_path(uri)
        return self.repository.path_of(Path(file)) if self.repository and file else None

    def uri_of(self, path: str) -> str:
        """Give the URI of a path inside the repository."""
        root = self.repository.root if self.repository else Path()
        return from_fs_path(str(root / path)) or path

    def _diagnose(self, workspace: Workspace) -> dict[str, list[lsp.Diagnostic]]:
        positions = Positions(workspace, self.workspace.position_codec)
        found: dict[str, list[lsp.Diagnostic]] = {}
        for finding in workspace.findings:
            one = self.diagnostic(positions, finding)
            found.setdefault(finding.primary.file, []).append(one)
        return found

    def diagnostic(self, positions: Positions, finding: Finding) -> lsp.Diagnostic:
        """Give a finding as a diagnostic."""
        lines = [finding.message, *filter(None, (finding.hint, finding.help))]
        return lsp.Diagnostic(
            range=positions.of_place(finding.primary),
            message="\n".join(lines),
            severity=SEVERITIES[finding.severity],
            code=finding.code,
            source=SOURCE,
            related_information=[
                lsp.DiagnosticRelatedInformation(self.location(positions, one.place), one.message)
                for one in (*finding.related, *finding.flow)
            ],
        )

    def location(self, positions: Positions, place: Place) -> lsp.Location:
        """Give a place as a location."""
        return lsp.Location(self.uri_of(place.file), positions.of_place(place))

    def workspace_edit(self, positions: Positions, edits: Iterable[Edit]) -> lsp.WorkspaceEdit:
        """Give edits by file."""
        changes: dict[str, list[lsp.TextEdit]] = {}
        for edit in edits:
            one = lsp.TextEdit(positions.of_bytes(edit.file, edit.start, edit.end), edit.text)
            changes.setdefault(self.uri_of(edit.file), []).append(one)
        return lsp.WorkspaceEdit(changes=changes)

    def _tell(self, found: dict[str, list[lsp.Diagnostic]]) -> None:
        """Publish what differs from what a file was last told."""
        for path in sorted({*found, *self._told}):
            if found.get(path, []) != self._told.get(path, []):
                self.text_document_publish_diagnostics(
                    lsp.PublishDiagnosticsParams(self.uri_of(path), found.get(path, []))
                )
        self._told = found
