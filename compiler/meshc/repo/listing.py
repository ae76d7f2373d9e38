"""What a repository gives: files in a fixed order, and what could not be read."""

from __future__ import annotations

import os

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from meshc._native import Files

File = tuple[str, bytes]
"""A path inside the repository, with `/` between its parts, and the content."""

SETTINGS_FILE: Final = "meshc.toml"
PROJECT_FILE: Final = "pyproject.toml"
"""Where settings may stand as well, under `[tool.meshc]`."""
FILE_BYTES: Final = 16 * 1024 * 1024
"""Largest file that is read; the reader of documents has a smaller budget and names the place."""
FILES: Final = 100_000
"""Most files of one repository: ten times the largest mesh we measure."""


class Unreadable(Exception):
    """The input cannot be read; the message says what and why."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One path that was not read, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"cannot read `{self.path}`: {self.reason}"


@dataclass(frozen=True, slots=True)
class Listing:
    """Files sorted by path, problems likewise."""

    files: Files
    problems: tuple[Problem, ...]

    def complete(self) -> list[File]:
        """Give the files; raises `Unreadable` if one could not be read."""
        if self.problems:
            raise Unreadable("; ".join(str(one) for one in self.problems[:3]))
        return list(self.files)


def problem(path: bytes, reason: str) -> Problem:
    """Give what was not read; a name that cannot be printed is written with escapes."""
    name = os.fsdecode(path)
    return Problem(name if name.isprintable() else ascii(name), reason)


def files_of(files: Iterable[File]) -> Files:
    """Give files as everything below takes them: sorted by path, each looked at once."""
    from meshc._native import Files as Native  # the extension is loaded once something is read

    return files if isinstance(files, Native) else Native(files)


def wanted(path: str) -> bool:
    """Tell whether a path inside a repository is read at all."""
    from meshc._native import wanted as native  # the same

    return native(os.fsencode(path))
