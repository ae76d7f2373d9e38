"""`meshc fmt`: write intent files in one layout."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshc.cli import exits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.change.layout import LaidOut
    from meshc.repo import File

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Rooted:
    """Files of one folder, with the path of each below it."""

    root: str
    files: tuple[File, ...]

    def named(self, path: str) -> str:
        """Give a path as people find it from here."""
        return path if self.root == "." else os.path.join(self.root, path)  # noqa: PTH118 - text


@click.command(
    epilog="""\b
Examples:
  meshc fmt                     every intent below the folder you are in
  meshc fmt shop/cart.yaml      one file
  meshc fmt --check             write nothing, name the files, exit with 1 if there is one
  meshc fmt --diff shop         what would change, as a patch
  meshc fmt - < cart.yaml       from standard input to standard output

\b
Two blanks a level, one blank line at most, fields in the order of the schema and other keys as
they stand, brackets where they fit in 100 columns, double quotes where they say the same. Comments,
line ends and anchors stay. What a file says never changes: what was made is read again and compared
before it is written.

\b
Exit codes: 0 laid out, 1 a file is left as it is because it cannot be read (with --check and
--diff: or would change), 2 usage or a file that cannot be written, 3 no intent, 4 unreadable
input."""
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(*, paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Write intent files in one layout; twice is once."""
    if STDIN in paths:
        if len(paths) > 1:
            raise exits.Failure("`-` stands alone: standard input has no other files beside it")
        return piped(check=check, diff=diff)
    read = [rooted(path) for path in paths or (".",)]
    if not any(one.files for one in read):
        raise exits.Failure("no intent (no *.yaml file) is there", exits.NO_INPUT)
    from meshc.change.layout import laid_out

    done = [(one, laid) for one in read for laid in laid_out(one.files)]
    for one, laid in done:
        if why := laid.why():
            sys.stderr.write(f"warning: {one.named(why)}\n")
    changed = [(one, laid) for one, laid in done if laid.differs]
    if check or diff:
        show(changed, diff=diff)
    else:
        written(changed)
    left = sum(laid.reason is not None for _, laid in done)
    said = f"{len(changed)} {'would change' if check or diff else 'changed'}"
    kept = len(done) - len(changed) - left
    sys.stderr.write(f"{said}, {kept} in order{f', {left} left as they are' if left else ''}\n")
    return exits.FINDINGS if left or (changed and (check or diff)) else exits.CLEAN


def rooted(path: str) -> Rooted:
    """Read a folder or one file; fails with 4 where that cannot be."""
    if Path(path).is_dir():
        from meshc.repo import Folder

        listing = Folder(path).read()
        for problem in listing.problems:
            sys.stderr.write(f"warning: {problem}\n")
        files = tuple(file for file in listing.files if file[0].endswith((".yaml", ".yml")))
        return Rooted(path, files)
    root, name = os.path.split(path)
    return Rooted(root or ".", ((name, content(path)),))


def content(path: str) -> bytes:
    """Read one regular file; fails with 4 for a link and for what cannot be read."""
    from meshc.repo.listing import FILE_BYTES

    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise exits.Failure(f"`{path}` is not a regular file", exits.UNREADABLE)
            return file.read(FILE_BYTES)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise exits.Failure(f"cannot read `{path}`: {reason}", exits.UNREADABLE) from None


def piped(*, check: bool, diff: bool) -> int:
    """Lay out standard input; what cannot be read comes out as it went in."""
    from meshc.change.layout import laid_out
    from meshc.change.writing import diff as patch

    (laid,) = laid_out([("<stdin>", sys.stdin.buffer.read())])
    if diff:
        sys.stdout.write(patch([(laid.path, laid.old, laid.new)] if laid.differs else []))
    elif not check:
        sys.stdout.flush()
        sys.stdout.buffer.write(laid.new)
    if why := laid.why():
        sys.stderr.write(f"warning: {why}\n")
    failed = laid.reason is not None or (laid.differs and (check or diff))
    return exits.FINDINGS if failed else exits.CLEAN


def show(changed: Sequence[tuple[Rooted, LaidOut]], *, diff: bool) -> None:
    """Name the files that would change, or show how."""
    from meshc.change.writing import diff as patch

    for one, laid in changed:
        name = one.named(laid.path)
        sys.stdout.write(patch([(name, laid.old, laid.new)]) if diff else f"{name}\n")
    sys.stdout.flush()


def written(changed: Sequence[tuple[Rooted, LaidOut]]) -> None:
    """Write the files that change; fails with 2 if one cannot be written."""
    from meshc.change.writing import Unwritten, write

    for one, laid in changed:
        try:
            write(one.root, laid.path, laid.old, laid.new)
        except Unwritten as why:
            raise exits.Failure(f"{why}; the files before it are written") from None
