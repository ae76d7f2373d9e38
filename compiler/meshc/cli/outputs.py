"""Where findings go: `--output FORMAT[:FILE]`, several in one run."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from meshc import report
from meshc.cli import counting, exits, showing
from meshc.names import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.compiling import Linted
    from meshc.findings import Severity
    from meshc.repo import File
    from meshc.report.run import Run

ON_A_TERMINAL: Final = 100
"""Findings shown on a terminal; more are no reading matter."""

output_option = click.option(
    "--output",
    "written",
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="Write findings in FORMAT to FILE, or to the terminal; may be repeated.",
)
format_option = click.option(
    "--format",
    "form",
    metavar="FORMAT",
    help=f"Short for --output FORMAT: {', '.join(report.FORMATS)} [default: full].",
)
limit_option = click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help="Show the N gravest findings in full and concise, 0 for all "
    f"[default: {ON_A_TERMINAL} on a terminal, else all].",
)
colour_option = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours."
)


class Output(NamedTuple):
    """A format and the file it goes to, or standard output."""

    form: str
    file: Path | None


class Taste(NamedTuple):
    """What somebody said about colours (`auto`, `always`, `never`) and about the limit."""

    colour: str = "auto"
    limit: int | None = None


def wanted(words: Sequence[str], form: str | None) -> tuple[Output, ...]:
    """Read the options; fails before any work where two go to one place or a folder is missing."""
    outputs = [output(word) for word in words]
    if form is not None:
        outputs.append(Output(known(form), None))
    places: set[Path | None] = set()
    for one in outputs:
        place = one.file and Path(os.path.abspath(one.file))  # noqa: PTH100 - it need not exist
        if place in places:
            where = f"`{one.file}`" if one.file else "the terminal"
            usage(f"two outputs go to {where}; give each a FILE of its own")
        places.add(place)
        if one.file and not one.file.parent.is_dir():
            raise exits.Failure(
                f"`{one.file}` cannot be written: there is no folder `{one.file.parent}`; make it "
                "first, or write elsewhere"
            )
        if one.file and one.file.is_dir():
            raise exits.Failure(f"`{one.file}` cannot be written: it is a folder")
    return tuple(outputs) or (Output("full", None),)


def output(word: str) -> Output:
    """Read one `FORMAT[:FILE]`."""
    form, parted, file = word.partition(":")
    if parted and not file:
        usage(f"`{word}` names no file; leave the colon out to write to the terminal")
    return Output(known(form), Path(file) if file else None)


def known(form: str) -> str:
    """Give a format's name; fails with the nearest ones where there is none of it."""
    if form not in report.FORMATS:
        near = nearest(form, list(report.FORMATS))
        hint = f"did you mean `{near[0]}`? " if near else ""
        usage(f"`{form}` is no format; {hint}there are {', '.join(report.FORMATS)}")
    return form


def usage(message: str) -> None:
    """Fail as click does."""
    raise click.UsageError(message, click.get_current_context())


def run(linted: Linted, files: Sequence[File], threshold: Severity) -> Run:
    """Make what is reported of a lint: its findings with their fixes, and its sources."""
    from meshc.mesh.fingerprints import fingerprint
    from meshc.mesh.sources import Sources
    from meshc.report.run import Run
    from meshc.rules.fixing import with_fixes
    from meshc.spans import Texts

    sources = Sources(files)
    return Run(
        with_fixes(linted.findings, sources),
        Texts(files),
        lambda one: fingerprint(one, sources),
        suppressed=linted.suppressed,
        threshold=threshold,
    )


def write(outputs: Sequence[Output], one: Run, repository: str, taste: Taste) -> None:
    """Write every output, files whole or not at all and before anything on the terminal."""
    for wanted in sorted(outputs, key=lambda wanted: wanted.file is None):
        form = report.FORMATS[wanted.form]
        shown = replace(one, prefix=prefix(form.base, repository))
        if form.people:
            colour, limit = looks(wanted, taste)
            shown = replace(shown, colour=colour, limit=limit)
        text = report.render(wanted.form, shown)
        if wanted.file is None:
            sys.stdout.write(text)
        else:
            save(wanted.file, text)


def looks(wanted: Output, taste: Taste) -> tuple[bool, int]:
    """Decide on colours and on a limit; a file has neither unless somebody says so."""
    to_file = wanted.file is not None
    limit = taste.limit
    if limit is None:
        limit = ON_A_TERMINAL if not to_file and sys.stdout.isatty() else 0
    colour = taste.colour == "always" if to_file else showing.coloured(taste.colour, sys.stdout)
    return colour, limit


def save(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    if file.exists() and not file.is_file():
        with file.open("wb") as stream:  # a pipe or a device is written to, not replaced
            stream.write(text.encode("utf-8", "surrogateescape"))
        return
    from meshc.snapshot import atomic

    try:
        atomic.write(file, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise exits.Failure(f"`{file}` cannot be written: {why}") from None


def prefix(base: str, repository: str) -> str:
    """Give what leads from a base to the folder linted, with a slash; empty if that is no way down.

    A folder outside of any checkout is named from where one stands.
    """
    folder = Path(repository).resolve()
    start = Path.cwd()
    if base == "linted":
        return ""
    if base == "checkout":
        roots = (place for place in (folder, *folder.parents) if (place / ".git").exists())
        start = next(roots, start)
    if not folder.is_relative_to(start) or folder == start:
        return ""
    return f"{folder.relative_to(start).as_posix()}/"


def closing(one: Run, files: int, seconds: float) -> str:
    """Say how a lint went: counts, time, and what can be fixed."""
    from meshc.report.run import fixable, summary

    many = "" if files == 1 else "s"
    found = f"{summary(one.findings)}{counting.hidden(one.suppressed)}"
    said = f"{found} in {files:,} file{many} ({seconds:.2f} s)\n"
    fixes = fixable(one.findings)
    return f"{said}{fixes}\n" if fixes else said
