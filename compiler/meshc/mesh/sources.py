"""The files of a run as text and as trees, each parsed once and only if somebody asks."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from meshc._native import Document


class Sources:
    """Files by their path inside the repository; what edits and fingerprints are made from."""

    __slots__ = ("_contents", "_documents")

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Remember each file's content; nothing is parsed yet."""
        self._contents = dict(files)
        self._documents: dict[str, Document] = {}

    def __iter__(self) -> Iterator[str]:
        """Give the paths, in the order of the files."""
        return iter(self._contents)

    def text(self, path: str) -> bytes:
        """Give a file's bytes; none for a path that is not among the files."""
        return self._contents.get(path, b"")

    def document(self, path: str) -> Document:
        """Give a file's documents; an unknown path has none."""
        if path not in self._documents:
            from meshc._native import Document  # most lints parse nothing a second time

            self._documents[path] = Document(self.text(path))
        return self._documents[path]
