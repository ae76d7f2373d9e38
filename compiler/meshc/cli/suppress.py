"""`meshc suppress`: comments that hide findings, each with a reason."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from meshc.cli import counting, exits, source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.change.suppressing import Hidden, Wish
    from meshc.cli.source import Source
    from meshc.compiling import Linted
    from meshc.repo import File

PLACE: Final = re.compile(r"(?P<file>.+?):(?P<line>[1-9][0-9]{0,8})(?::[0-9]+)?")


@click.group(
    epilog="""\b
Examples:
  meshc suppress add MC501 --at shop/cart.yaml:7 --reason "teams are known in January"
  meshc lint                     what is found, and how much of it is hidden"""
)
def command() -> None:
    """Hide single findings by comments that say why."""


@command.command(
    epilog="""\b
Examples:
  meshc suppress add MC501 --at shop/cart.yaml:7 --reason "teams are known in January"
  meshc suppress add MC519 --at shop/cart.yaml:7 --reason "it moves" --until 2027-01-31
  meshc suppress add MC501 --at shop/cart.yaml:7 --reason "it moves" --diff | git apply

\b
The comment stands behind the line where it fits there, else above the entry or item that begins on
it; of these, where it hides least besides. What is hidden is found by linting the text that has the
comment, before it is written. Every other byte stays. What keeps a mesh from being compiled cannot
be hidden.

\b
Exit codes: 0 written (with --diff: shown), 1 the rule finds nothing there or no comment can stand
there, 2 usage or a file that cannot be written, 3 no intent, 4 unreadable input."""
)
@click.argument("code")
@click.option(
    "--at", metavar="FILE:LINE", required=True, help="Where it is found, as `meshc lint` says it."
)
@click.option("--reason", required=True, help="Why it may stay, in a sentence.")
@click.option("--until", metavar="DAY", help="It counts again from this day on: 2027-01-31.")
@click.option("--ticket", help="Where it is to be mended; shown with the reason.")
@click.option("--repo", "repository", default=".", help="Folder of intents [default: this one].")
@click.option("--diff", is_flag=True, help="Write nothing; show the comment as a patch.")
def add(  # noqa: PLR0913 - click gives each option a parameter
    *,
    code: str,
    at: str,
    reason: str,
    until: str | None,
    ticket: str | None,
    repository: str,
    diff: bool,
) -> int:
    """Write a comment that hides what a rule finds on a line."""
    from meshc.change.suppressing import NoPlace, Wish, hide, refusal

    today = counting.day(None)
    file, line = place(at)
    wish = Wish(code, file, line, " ".join(reason.split()), until, ticket and ticket.strip())
    if why := refusal(wish, today):
        raise exits.Failure(why)
    read = source.read(repository, None, strict=True)
    wish = named(wish, read, repository)
    try:
        done = hide(read.files, wish, lambda files: linted(files, today))
    except NoPlace as why:
        raise exits.Failure(str(why), exits.FINDINGS) from None
    written(done, read, repository, diff=diff)
    for one in done.findings:
        where = f"{one.primary.file}:{one.primary.line}:{one.primary.column}"
        click.echo(f"{where} {one.code} {one.message}", err=True)
    verb = "would be hidden" if diff else "hidden"
    click.echo(f"{counted(done, wish)} {verb}", err=True)
    return exits.CLEAN


def place(text: str) -> tuple[str, int]:
    """Read `FILE:LINE`, and a column behind it, which says nothing more."""
    found = PLACE.fullmatch(text)
    if found is None:
        raise exits.Failure(f"--at: `{text}` is no place; write it as `shop/cart.yaml:7`")
    return found["file"], int(found["line"])


def named(wish: Wish, read: Source, repository: str) -> Wish:
    """Give the wish with its file as the repository names it; fails where it has none such."""
    from dataclasses import replace

    from meshc.names import nearest

    paths = [path for path, _ in read.files]
    from_here = os.path.relpath(Path(wish.file).absolute(), Path(repository).absolute())
    for path in (os.path.normpath(wish.file), from_here):
        if path in paths:
            return replace(wish, file=path)
    near = nearest(wish.file, paths)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    raise exits.Failure(f"--at: `{repository}` holds no file `{wish.file}`{hint}")


def linted(files: Sequence[File], today: str) -> Linted:
    """Lint as `meshc lint` does today."""
    from meshc.compiling import lint_files
    from meshc.policy.judging import Asked

    return lint_files(files, Asked(at=today))


def written(done: Hidden, read: Source, repository: str, *, diff: bool) -> None:
    """Write the file that changed, or show how; fails with 2 if it cannot be written."""
    from meshc.change.writing import Unwritten, changes, write
    from meshc.change.writing import diff as patch

    changed = changes(read.files, done.files)
    if diff:
        sys.stdout.write(patch(changed))
        sys.stdout.flush()
        return
    for path, old, new in changed:
        try:
            write(repository, path, old, new)
        except Unwritten as why:
            raise exits.Failure(str(why)) from None


def counted(done: Hidden, wish: Wish) -> str:
    """Count what is hidden, and what of it was not asked for."""
    count = len(done.findings)
    said = f"{count:,} finding{'' if count == 1 else 's'}"
    more = count - sum(wish.means(one) for one in done.findings)
    return f"{said}, {more:,} of them not on line {wish.line}," if more else said
