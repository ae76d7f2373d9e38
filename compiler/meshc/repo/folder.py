"""A folder of intent files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from meshc.repo.listing import (
    FILE_BYTES,
    FILES,
    File,
    Listing,
    Problem,
    Unreadable,
    enters,
    may_be_named,
    named_by,
    wanted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


GROWTH = 4096
"""Bytes read at a time behind what a file's size promised."""


class Folder:
    """A folder on disk; nothing is read before it is asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Name the folder."""
        self.path = os.fspath(path)

    def files(self) -> list[File]:
        """Give every intent file sorted by path; raises `Unreadable` if one cannot be read."""
        return self.read().complete()

    def read(self) -> Listing:
        """Read what can be read; raises `Unreadable` if the folder itself cannot."""
        files: list[File] = []
        problems: list[Problem] = []
        maybe_named: dict[str, str] = {}
        for path, reason in self._walk():
            if may_be_named(path):
                maybe_named[path] = reason
                continue
            self._take(path, reason, files, problems)
        naming = 0
        while named := named_by(files[naming:], maybe_named):
            naming = len(files)
            for path in named:
                self._take(path, maybe_named.pop(path), files, problems)
        return Listing(tuple(sorted(files)), tuple(sorted(problems)))

    def _take(self, path: str, reason: str, files: list[File], problems: list[Problem]) -> None:
        """Read one file, or note why not; raises `Unreadable` when there are too many."""
        found = Problem(path, reason) if reason else self._content(path)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            files.append(found)
        if len(files) > FILES:
            raise Unreadable(f"`{self.path}` holds more than {FILES} intent files")

    def _walk(self) -> Iterator[tuple[str, str]]:
        """Give each path with why it is not to be read; an explicit stack, never recursion."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(os.path.join(self.path, folder)) as entries:  # noqa: PTH118 - hot
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if not folder:
                    raise Unreadable(f"cannot read `{self.path}`: {reason_of(error)}") from None
                yield folder, reason_of(error)
                continue
            for entry in found:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink():
                    if is_read(path) or (enters(entry.name) and leads_to_folder(entry)):
                        yield path, "it is a symbolic link, and links are never followed"
                elif entry.is_dir(follow_symlinks=False):
                    if enters(entry.name):
                        waiting.append(path)
                elif is_read(path):
                    yield path, ""

    def _content(self, path: str) -> File | Problem:
        """Read one regular file; a link, pipe or device that took its place is a problem."""
        try:
            path.encode()
        except UnicodeEncodeError:
            return Problem(ascii(path), "its name is not UTF-8")
        try:
            handle = os.open(
                os.path.join(self.path, path),  # noqa: PTH118 - hot
                os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
            )
        except OSError as error:
            return Problem(path, reason_of(error))
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return Problem(path, "it is not a regular file")
            if status.st_size > FILE_BYTES:
                return Problem(path, too_large(status.st_size))
            # A buffer of the file's size, not of the largest there may be; it may have grown since.
            content = os.read(handle, status.st_size + 1)
            while len(content) <= FILE_BYTES and (part := os.read(handle, GROWTH)):
                content += part
        except OSError as error:
            return Problem(path, reason_of(error))
        finally:
            os.close(handle)
        return (
            Problem(path, too_large(len(content))) if len(content) > FILE_BYTES else (path, content)
        )


def is_read(path: str) -> bool:
    """Tell whether a path is read, or would be if an issuer names it."""
    return wanted(path) or may_be_named(path)


def leads_to_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether a link ends at a folder; a loop or a broken link does too, to be reported."""
    try:
        return entry.is_dir()
    except OSError:
        return True


def reason_of(error: OSError) -> str:
    """Say in words why the system refused."""
    return (error.strerror or str(error)).lower()


def too_large(size: int) -> str:
    """Say that a file is larger than is read."""
    return f"it has {size} bytes, more than the {FILE_BYTES} that are read"
