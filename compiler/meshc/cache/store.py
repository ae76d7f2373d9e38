"""Bytes by name in a folder that anybody may delete, damage or share."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

SEAL: Final = b"\nmeshc cache 2 %016x\n"
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
        path = f"{self.folder}/{name}"
        try:
            found = opened(*read(path))
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


def read(path: str) -> tuple[bytes, bytes]:
    """Read a file, at most `LARGEST` bytes of it, and what may be its seal, without copying either.

    Raises `OSError`. Links are not followed.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = min(LARGEST, os.fstat(handle).st_size)
        return os.read(handle, max(0, size - SEALED)), os.read(handle, SEALED)
    finally:
        os.close(handle)


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
    from meshc._native import checksum  # the extension is loaded only where it is asked

    return SEAL % checksum(content)


def opened(content: bytes, found: bytes) -> bytes | None:
    """Give the content of a file that ends so; nothing if that is not its seal."""
    return content if found == seal(content) else None
