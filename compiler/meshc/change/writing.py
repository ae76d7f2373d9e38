"""Changed files back to the folder: whole or not at all, and never through a link."""

from __future__ import annotations

import contextlib
import difflib
import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meshc.repo.listing import File

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Unwritten(Exception):
    """A file was not written; the message says which and why."""


def changes(before: Sequence[File], after: Sequence[File]) -> list[tuple[str, bytes, bytes]]:
    """Give path, old and new content of every file that differs."""
    new = dict(after)
    return [(path, old, new[path]) for path, old in before if new[path] != old]


def diff(changed: Sequence[tuple[str, bytes, bytes]]) -> str:
    """Write changes as `patch -p1` and `git apply` read them."""
    return "".join(line for path, old, new in changed for line in hunks(path, old, new))


def hunks(path: str, old: bytes, new: bytes) -> Iterator[str]:
    """Write the change of one file."""
    before, after = (lines(content.decode("utf-8", "replace")) for content in (old, new))
    for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def lines(text: str) -> list[str]:
    """Give lines with their ends; only a line feed ends one, as in every diff."""
    *whole, last = text.split("\n")
    return [f"{one}\n" for one in whole] + ([last] if last else [])


def write(root: str, path: str, old: bytes, new: bytes) -> None:
    """Replace a file below a folder; raises `Unwritten` and leaves it as it was.

    The file keeps its mode. No part of the path may be a link, and what stands there must still be
    what was read: whoever wrote it meanwhile is not overwritten.
    """
    try:
        with folder(root, path) as (descriptor, name):
            mode = unchanged(descriptor, name, old, path)
            fresh = f".{name}.{os.getpid()}.new"
            try:
                replace(descriptor, fresh, name, new, mode)
            except OSError:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(fresh, dir_fd=descriptor)
                raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Unwritten(f"cannot write `{path}`: {reason}") from None


@contextlib.contextmanager
def folder(root: str, path: str) -> Iterator[tuple[int, str]]:
    """Open the folder a path is in, step by step, so that no link is followed below the root."""
    *parts, name = path.split("/")
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            inner = os.open(part, FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor, name
    finally:
        os.close(descriptor)


def unchanged(descriptor: int, name: str, old: bytes, path: str) -> int:
    """Give the mode of a file that still holds what was read; raises `Unwritten` otherwise."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=descriptor), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unwritten(f"cannot write `{path}`: it is not a regular file")
        if file.read(len(old) + 1) != old:
            raise Unwritten(f"cannot write `{path}`: it was changed while it was checked")
    return stat.S_IMODE(status.st_mode)


def replace(descriptor: int, fresh: str, name: str, content: bytes, mode: int) -> None:
    """Write a file beside the old one and let it take its place."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(fresh, flags, 0o600, dir_fd=descriptor), "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    os.rename(fresh, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)
    os.fsync(descriptor)
