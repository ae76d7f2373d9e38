"""What the verbs read: a folder, or a revision of the Git repository it is in."""

from __future__ import annotations

import os
import sys

from meshc.cli import exits
from meshc.cli.option import Option
from meshc.record import dataclass
from meshc.repo import Folder, Listing, Revision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc._native import Files
    from meshc.compiling import Compiled
    from meshc.repo import Problem

WORKTREE: Final = "worktree"
"""Stands for the commit where files come from a folder."""

REVISION: Final = Option("--rev", "Read this Git revision, not the folder.", "REVISION")
ENVIRONMENT: Final = Option("--env", "In this Environment, not the base.", "NAME")


@dataclass(frozen=True, slots=True)
class Source:
    """Files to work on and where they come from."""

    files: Files
    problems: tuple[Problem, ...]
    commit: str


def read(
    repository: str, revision: str | None, *, strict: bool, known: bytes | None = None
) -> Source:
    """Read a repository; fails with 3 where there is no intent, with 4 if strict and incomplete.

    `known` are files of an earlier run, which need not be given again.
    """
    if not os.path.isdir(repository):  # noqa: PTH112 - no pathlib on the road of a lint
        missing = not os.path.exists(repository)  # noqa: PTH110 - as above
        raise exits.Failure(f"`{repository}` {'does not exist' if missing else 'is not a folder'}")
    listing, commit = listed(repository, revision, known)
    for problem in listing.problems:
        sys.stderr.write(f"{'error' if strict else 'warning'}: {problem}\n")
    if strict and listing.problems:
        raise exits.Failure("not every file can be read; nothing was done", exits.UNREADABLE)
    if not any(path.endswith((".yaml", ".yml")) for path, _ in listing.files):
        raise exits.Failure(
            f"`{repository}` holds no intent (no *.yaml file); `meshc init FOLDER` writes some",
            exits.NO_INPUT,
        )
    return Source(listing.files, listing.problems, commit)


def listed(repository: str, revision: str | None, known: bytes | None) -> tuple[Listing, str]:
    """Read folder or revision."""
    if revision is None:
        return Folder(repository).read(known), WORKTREE
    found = Revision(repository, revision)
    return found.read(known), found.commit


def sort(revision: str | None) -> str:
    """Say what files come from, as it is kept between runs."""
    return "folder" if revision is None else "revision"


def hold(files: Files, commit: str = WORKTREE) -> None:
    """Fail if what was shown is not what was found: files hold something else than they held."""
    if changed := files.lost():
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        said = (
            "changed while it was read; run again"
            if commit == WORKTREE
            else f"cannot be read from commit {commit}; `git fsck` says what is damaged"
        )
        raise exits.Failure(f"`{changed[0]}`{more} {said}", exits.UNREADABLE)


def compiled(repository: str, revision: str | None, environment: str | None = None) -> Compiled:
    """Read and compile a repository; shows its errors and fails with 1 if it has some.

    Raises `UnknownEnvironment`.
    """
    from meshc.compiling import compile_files

    source = read(repository, revision, strict=True)
    done = compile_files(source.files, source.commit, environment)
    if not done.fit:
        from meshc import report
        from meshc.cli import showing
        from meshc.findings import Severity
        from meshc.spans import Texts

        errors = [one for one in done.findings if one.severity is Severity.ERROR]
        colour = showing.coloured("auto", sys.stderr)
        sys.stderr.write(report.in_full(errors, Texts(source.files), colour=colour))
        raise exits.Failure(f"`{repository}` does not compile", exits.FINDINGS)
    return done
