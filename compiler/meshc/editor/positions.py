"""Bytes of files and positions of the protocol, in whatever units a client counts characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from pygls.workspace import PositionCodec

    from meshc.editor.workspace import Workspace
    from meshc.spans import Place


class Positions:
    """Positions in the files of a workspace as they are now."""

    def __init__(self, workspace: Workspace, codec: PositionCodec) -> None:
        """Take the files, and the units that client and server agreed on."""
        self._texts = workspace.texts
        self._codec = codec

    def byte(self, path: str, position: lsp.Position) -> int:
        """Give the byte of a position; the end of the line for one beyond it."""
        text = self._texts.text(path)
        line = text.line(position.line + 1)
        inside = self._codec.position_from_client_units([line], lsp.Position(0, position.character))
        return text.start(position.line + 1) + len(line[: inside.character].encode())

    def of_bytes(self, path: str, start: int, end: int) -> lsp.Range:
        """Give the range of some bytes."""
        return self.of_place(self._texts.text(path).place(start, end))

    def of_place(self, place: Place) -> lsp.Range:
        """Give the range of a place."""
        return lsp.Range(
            self._position(place.file, place.line, place.column),
            self._position(place.file, place.end_line, place.end_column),
        )

    def _position(self, path: str, line: int, column: int) -> lsp.Position:
        text = self._texts.text(path).line(line)
        inside = self._codec.position_to_client_units([text], lsp.Position(0, column - 1))
        return lsp.Position(line - 1, inside.character)
