"""A folder of intent files."""

from __future__ import annotations

import os

from meshc.repo.listing import FILE_BYTES, FILES, File, Listing, Unreadable, problem


class Folder:
    """A folder on disk; nothing is read before it is asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Name the folder."""
        self.path = os.fspath(path)

    def files(self) -> list[File]:
        """Give every intent file sorted by path; raises `Unreadable` if one cannot be read."""
        return self.read().complete()

    def read(self, known: bytes | None = None) -> Listing:
        """Read what can be read; raises `Unreadable` if the folder itself cannot.

        Symbolic links are never followed, and what is no regular file is never waited for. `known`
        is the image of files of an earlier run: intents that hold the same are not kept in memory,
        but read again when they are asked for.
        """
        from meshc._native import read_folder  # the extension is loaded once something is read

        try:
            files, problems = read_folder(os.fsencode(self.path), FILE_BYTES, FILES, known)
        except OSError as error:
            raise Unreadable(f"cannot read `{self.path}`: {error}") from None
        except OverflowError:
            raise Unreadable(f"`{self.path}` holds more than {FILES} intent files") from None
        return Listing(files, tuple(sorted(problem(*one) for one in problems)))
