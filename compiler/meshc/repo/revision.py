"""A Git revision, read from the object store without a checkout."""

from __future__ import annotations

import os

from meshc.repo.listing import FILE_BYTES, FILES, File, Listing, Unreadable, problem


class Revision:
    """One commit of a repository, bare or not."""

    def __init__(self, path: str | os.PathLike[str], revision: str) -> None:
        """Name repository and revision; raises `Unreadable` if there is no such commit."""
        from meshc._native import Revision as Native  # loaded once something is read

        self.path = os.fspath(path)
        if revision.startswith("-"):
            raise Unreadable(f"`{revision}` is no revision")
        try:
            self._found = Native(os.fsencode(self.path), os.fsencode(revision))
        except OSError as error:
            raise self._unreadable(error) from None
        self.commit = self._found.commit

    def files(self) -> list[File]:
        """Give every intent file sorted by path; raises `Unreadable` if one cannot be read."""
        return self.read().complete()

    def read(self, known: bytes | None = None) -> Listing:
        """Read every intent file of the commit; raises `Unreadable` if Git fails.

        `known` is the image of files of an earlier revision: Git names what changed since, and
        what did not is read when it is asked for.
        """
        try:
            files, problems = self._found.read(FILE_BYTES, FILES, known)
        except OSError as error:
            raise self._unreadable(error) from None
        except OverflowError:
            raise Unreadable(f"commit {self.commit} holds more than {FILES} intent files") from None
        return Listing(files, tuple(sorted(problem(*one) for one in problems)))

    def _unreadable(self, error: OSError) -> Unreadable:
        if isinstance(error, FileNotFoundError):
            return Unreadable(str(error))
        return Unreadable(f"git cannot read `{self.path}`: {error}")
