"""Bytes by name in a folder that anybody may delete, damage or share."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final, TypeVar

    from meshc._native import Image

    T = TypeVar("T")

SEAL: Final = b"\nmeshc cache 3 %016x\n"
"""Ends every file, with a check value of the rest; the first number grows with the form."""
SEALED: Final = len(SEAL % 0)
"""Bytes of it."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of the largest file that is read or written."""
MOST: Final = 32
"""Files kept; the longest unused go first."""
ALL: Final = 256 * 1024 * 1024
"""Bytes of all files kept."""


class Store:
    """A folder of kept bytes.

    Safe under parallel runs: a file is written beside its place and then takes it, so a reader sees
    a whole one or none, and whoever writes last wins. There is no lock.
    """

    def __init__(self, folder: str, say: Callable[[str], None]) -> None:
        """Name the folder, and who is told in one line why nothing can be kept or found there."""
        self.folder = folder
        self._say: Callable[[str], None] | None = say

    def load(self, name: str) -> bytes | None:
        """Give what is kept under a name; nothing where that cannot be read or is damaged."""
        return self._opened(name, read)

    def image(self, name: str) -> Image | None:
        """Give the image that is kept under a name, likewise; most of it stays in its file."""
        return self._opened(name, read_image)

    def _opened(self, name: str, read: Callable[[str], tuple[T | None, int, bytes]]) -> T | None:
        """Give what `read` gives of a file, if it ends as it should."""
        path = f"{self.folder}/{name}"
        try:
            content, value, end = read(path)
            found = content if end == SEAL % value else None
        except FileNotFoundError:
            return None
        except OSError as error:
            self.give_up(error.strerror or str(error))
            return None
        if found is None:
            self.give_up(f"`{name}` is damaged or of another version")
            return None
        quietly(os.utime, path)  # it was used: that only decides what goes first
        return found

    def save(self, name: str, content: bytes) -> None:
        """Keep bytes under a name, if that is possible."""
        if len(content) > LARGEST - SEALED:
            return
        written = f"{self.folder}/{name}.{os.getpid()}.tmp"
        try:
            made(self.folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(written, flags, 0o600), "wb") as file:
                file.write(content)
                file.write(seal(content))
            os.replace(written, f"{self.folder}/{name}")  # noqa: PTH105 - no pathlib here
            self._prune()
        except OSError as error:
            quietly(os.unlink, written)
            self.give_up(error.strerror or str(error))

    def _prune(self) -> None:
        """Delete what was not used for longest; somebody else may be doing the same."""
        left = ALL
        for number, entry in enumerate(sorted(os.scandir(self.folder), key=used, reverse=True)):
            left -= size(entry)
            if number >= MOST or left < 0:
                quietly(os.unlink, entry.path)

    def give_up(self, why: str) -> None:
        """Say once why the folder is of no use."""
        if self._say is not None:
            self._say(f"the cache in `{self.folder}` is ignored: {why.lower()}")
            self._say = None


def read(path: str) -> tuple[bytes, int, bytes]:
    """Read a file, at most `LARGEST` bytes of it, without copying them.

    Gives its content, the check value of that, and what may be its seal. Raises `OSError`. Links
    are not followed.
    """
    from meshc._native import checksum  # the extension is loaded only where it is asked

    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = min(LARGEST, os.fstat(handle).st_size)
        content = os.read(handle, max(0, size - SEALED))
        return content, checksum(content), os.read(handle, SEALED)
    finally:
        os.close(handle)


def read_image(path: str) -> tuple[Image | None, int, bytes]:
    """Read a file that may hold an image, as `read` does."""
    from meshc._native import Image  # the same

    return Image.open(path, SEALED, LARGEST)


def made(folder: str) -> None:
    """Make a folder and those above it; what is there keeps its rights. Raises `OSError`."""
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - no pathlib here


def quietly(act: Callable[[str], object], path: str) -> None:
    """Do what matters little if it fails."""
    try:
        act(path)
    except OSError:
        return


def used(entry: os.DirEntry[str]) -> float:
    """Give when a file was last used; one that is gone by now was used never."""
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return 0.0


def size(entry: os.DirEntry[str]) -> int:
    """Give the bytes of a file; one that is gone by now has none."""
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def seal(content: bytes) -> bytes:
    """Give what ends a file of this content. It tells damage apart, and nothing that was forged."""
    from meshc._native import checksum  # the same

    return SEAL % checksum(content)
