"""What a repository gives: files in a fixed order, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

File = tuple[str, bytes]
"""A path inside the repository, with `/` between its parts, and the content."""

SETTINGS_FILE: Final = "meshc.toml"
CERTIFICATES: Final = ".pem"
"""Ends the name of a trust bundle. Nobody need name one: what cannot be read of them is not there,
and is missed where a Mesh names it."""
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

    files: tuple[File, ...]
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, files: Iterable[File], problems: Iterable[Problem]) -> Listing:
        """Sort what was read and what was not, certificates that nobody can read left out."""
        grave = (one for one in problems if not one.path.endswith(CERTIFICATES))
        return cls(tuple(sorted(files)), tuple(sorted(grave)))

    def complete(self) -> list[File]:
        """Give the files; raises `Unreadable` if one could not be read."""
        if self.problems:
            raise Unreadable("; ".join(str(one) for one in self.problems[:3]))
        return list(self.files)


def wanted(path: str) -> bool:
    """Tell whether a path inside a repository is read at all."""
    if path == SETTINGS_FILE:
        return True
    *folders, name = path.split("/")
    if name.startswith(".") or not name.endswith((".yaml", ".yml", CERTIFICATES)):
        return False
    return all(enters(folder) for folder in folders)


def enters(folder: str) -> bool:
    """Tell whether a folder of that name is looked into."""
    return not folder.startswith(".") or folder == ".meshc"
