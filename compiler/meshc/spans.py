"""Places in source text: bytes inside, lines and columns for people."""

from __future__ import annotations

from bisect import bisect_right

from meshc._native import Files, masked
from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    class Splice(Protocol):
        """Bytes that give way to a text."""

        @property
        def start(self) -> int:
            """First byte."""

        @property
        def end(self) -> int:
            """Byte behind the last."""

        @property
        def text(self) -> str:
            """What stands there afterwards."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A range of a file.

    Bytes count from 0, `end` is excluded. Lines and columns count from 1; columns count characters,
    not bytes; the end column is behind the last character.
    """

    file: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


class Text:
    """The bytes of one file, ready to be asked for places and lines."""

    __slots__ = ("_content", "_starts", "file")

    def __init__(self, file: str, content: bytes) -> None:
        """Index the line starts; a line ends at LF, CR LF or CR."""
        self.file = file
        self._content = content
        starts, at = [0], 0
        for line in content.splitlines(keepends=True):
            at += len(line)
            starts.append(at)
        if len(starts) > 1 and not content.endswith((b"\n", b"\r")):
            starts.pop()
        self._starts = starts

    def place(self, start: int, end: int) -> Place:
        """Give the place of a byte range; a range outside the file is moved to its end."""
        start = max(0, min(start, len(self._content)))
        end = max(start, min(end, len(self._content)))
        line, column = self._position(start)
        end_line, end_column = self._position(end)
        return Place(self.file, start, end, line, column, end_line, end_column)

    def line(self, number: int) -> str:
        """Give a line's text without its end, secrets hidden; empty beyond the file."""
        if not 1 <= number <= len(self._starts):
            return ""
        begin = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self._content)
        line = self._content[begin:end].decode("utf-8", "replace").rstrip("\r\n")
        return masked(line)

    def start(self, number: int) -> int:
        """Give the first byte of a line; the file's end beyond its last line."""
        return self._starts[number - 1] if number <= len(self._starts) else len(self._content)

    def whole(self, first: int, last: int) -> Place:
        """Give the place of lines, from the start of one to the end of another, ends included."""
        return self.place(self.start(first), self.start(last + 1))

    def marked(self, place: Place) -> bytes:
        """Give what stands at a place."""
        return self._content[place.start : place.end]

    def edited(self, place: Place, edits: Iterable[Splice]) -> bytes:
        """Give the bytes of a place after sorted edits within it that do not overlap."""
        new, at = b"", place.start
        for edit in edits:
            new += self._content[at : edit.start] + edit.text.encode()
            at = edit.end
        return new + self._content[at : place.end]

    def _position(self, byte: int) -> tuple[int, int]:
        line = bisect_right(self._starts, byte)
        before = self._content[self._starts[line - 1] : byte]
        return line, len(before.decode("utf-8", "replace")) + 1


class Texts:
    """The files of one run; a file's lines are counted once a place in it is asked for."""

    __slots__ = ("_files", "_texts")

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Take paths and contents; they are looked through when a text is first asked for."""
        self._files = files
        self._texts: dict[str, Text] = {}

    def changed(self, files: Files, paths: Iterable[str]) -> Texts:
        """Give the same texts where some files have other contents."""
        new = Texts(files)
        changed = set(paths)
        new._texts = {path: text for path, text in self._texts.items() if path not in changed}
        return new

    def text(self, file: str) -> Text:
        """Give a file's text; an empty one for a path that is not among the files."""
        if file not in self._texts:
            if not isinstance(self._files, Files):
                self._files = Files(self._files)
            self._texts[file] = Text(file, self._files.get(file) or b"")
        return self._texts[file]
