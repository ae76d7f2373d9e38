"""A Git revision, read from the object store without a checkout."""

from __future__ import annotations

import os

from meshc.record import dataclass
from meshc.repo.listing import (
    FILE_BYTES,
    FILES,
    File,
    Listing,
    Problem,
    Unreadable,
    files_of,
    may_be_named,
    named_by,
    wanted,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LINK, MODULE = "120000", "160000"
"""Git's modes of a symbolic link and of a submodule."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a commit's tree; the size of what is no blob is `-`."""

    path: str
    mode: str
    blob: str
    size: str


class Revision:
    """One commit of a repository, bare or not."""

    def __init__(self, path: str | os.PathLike[str], revision: str) -> None:
        """Name repository and revision; raises `Unreadable` if there is no such commit."""
        self.path = os.fspath(path)
        if revision.startswith("-"):
            raise Unreadable(f"`{revision}` is no revision")
        self.commit = (
            self._git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
        )

    def files(self) -> list[File]:
        """Give every intent file sorted by path; raises `Unreadable` if one cannot be read."""
        return self.read().complete()

    def read(self) -> Listing:
        """Read every intent file of the commit; raises `Unreadable` if Git fails."""
        problems: list[Problem] = []
        rows = list(self._rows())
        files = self._taken([row for row in rows if wanted(row.path)], problems)
        maybe_named = {row.path: row for row in rows if may_be_named(row.path)}
        naming = files
        while named := named_by(naming, list(maybe_named)):
            naming = self._taken([maybe_named.pop(path) for path in named], problems)
            files += naming
        return Listing(files_of(files), tuple(sorted(problems)))

    def _rows(self) -> Iterator[Row]:
        """Give what the commit's tree lists."""
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", "-l", self.commit)
        for line in listed.split(b"\0"):
            head, tab, name = line.partition(b"\t")
            if tab:
                mode, _, blob, size = head.decode().split()
                yield Row(name.decode("utf-8", "surrogateescape"), mode, blob, size)

    def _taken(self, rows: list[Row], problems: list[Problem]) -> list[File]:
        """Read rows, or note why not; raises `Unreadable` when there are too many."""
        blobs: list[tuple[str, str]] = []
        for row in rows:
            if row.mode in (LINK, MODULE):
                problems.append(
                    Problem(row.path, "it is a symbolic link, and links are never followed")
                )
            elif int(row.size) > FILE_BYTES:
                problems.append(
                    Problem(row.path, f"it has {row.size} bytes, more than {FILE_BYTES}")
                )
            elif not row.path.isprintable():
                problems.append(Problem(ascii(row.path), "its name is not printable UTF-8"))
            else:
                blobs.append((row.path, row.blob))
        if len(blobs) > FILES:
            raise Unreadable(f"commit {self.commit} holds more than {FILES} intent files")
        contents = self._contents([blob for _, blob in blobs])
        return list(zip((path for path, _ in blobs), contents, strict=True))

    def _contents(self, blobs: list[str]) -> list[bytes]:
        """Read blobs by one `git cat-file --batch`."""
        said = self._git(
            "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode()
        )
        contents, at = [], 0
        for blob in blobs:
            end = said.find(b"\n", at)
            words = said[at:end].split()
            if end < 0 or len(words) != 3 or words[0].decode() != blob:  # noqa: PLR2004 - name, type, size
                raise Unreadable(f"git gave no content for object {blob}")
            size = int(words[2])
            contents.append(said[end + 1 : end + 1 + size])
            at = end + 1 + size + 1
        return contents

    def _git(self, *words: str, stdin: bytes = b"") -> bytes:
        import subprocess  # no folder needs it

        command = ["git", "-C", self.path, "--no-replace-objects", *words]
        try:
            done = subprocess.run(  # noqa: S603 - no shell
                command, input=stdin, check=False, capture_output=True, env=surroundings()
            )
        except FileNotFoundError:
            raise Unreadable("the program `git` is not installed") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            reason = said[-1].removeprefix("fatal: ") if said else "no such commit"
            raise Unreadable(f"git cannot read `{self.path}`: {reason}")
        return done.stdout


def surroundings() -> dict[str, str]:
    """Give git the environment without what would point it to another repository.

    A hook runs with `GIT_DIR` and its like set; the repository meant is the one that is named.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
