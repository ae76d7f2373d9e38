"""The files of a run as text and as trees, each parsed once and only if somebody asks."""

from __future__ import annotations

from meshc.repo.listing import files_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshc._native import Document


class Sources:
    """Files by their path inside the repository; what edits and fingerprints are made from."""

    __slots__ = ("_documents", "_files")

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Remember the files; nothing is parsed yet."""
        self._files = files_of(files)
        self._documents: dict[str, Document] = {}

    def differing(self, other: Sources) -> list[str]:
        """Give the paths whose content is another one there, in the order of the files."""
        return self._files.differing(other._files)

    def text(self, path: str) -> bytes:
        """Give a file's bytes; none for a path that is not among the files."""
        return self._files.get(path) or b""

    def document(self, path: str) -> Document:
        """Give a file's documents; an unknown path has none."""
        if path not in self._documents:
            from meshc._native import Document  # most lints parse nothing a second time

            self._documents[path] = Document(self.text(path))
        return self._documents[path]
