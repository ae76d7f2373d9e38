"""Where findings go: `--output FORMAT[:FILE]`, several in one run."""

from __future__ import annotations

import os
import sys

from meshc import report
from meshc.cli import counting, exits, showing
from meshc.cli.option import Option
from meshc.record import dataclass, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Final

    from meshc.compiling import Linted
    from meshc.findings import Finding, Severity
    from meshc.report.run import Run

ON_A_TERMINAL: Final = 100
"""Findings shown on a terminal; more are no reading matter."""

OPTIONS: Final = (
    Option(
        "--output",
        "Write findings in FORMAT to FILE, or to the terminal (`-`); may be repeated.",
        "FORMAT[:FILE]",
        name="written",
        multiple=True,
    ),
    Option(
        "--format",
        f"Short for --output FORMAT: {', '.join(report.FORMATS)} [default: full].",
        "FORMAT",
        name="form",
    ),
    Option(
        "--limit",
        "Show the N gravest findings in full and concise, 0 for all "
        f"[default: {ON_A_TERMINAL} on a terminal, else all].",
        "N",
        number=True,
    ),
)
COLOUR: Final = Option("--color", "Colours.", choices=("auto", "always", "never"), default="auto")


@dataclass(frozen=True, slots=True)
class Output:
    """A format and the file it goes to, or standard output."""

    form: str
    file: Path | None


@dataclass(frozen=True, slots=True)
class Taste:
    """What somebody said about colours (`auto`, `always`, `never`) and about the limit."""

    colour: str = "auto"
    limit: int | None = None


def wanted(words: Sequence[str], form: str | None) -> tuple[Output, ...]:
    """Read the options; fails before any work where two go to one place or a folder is missing."""
    outputs = [output(word) for word in words]
    if form is not None:
        outputs.append(Output(known(form), None))
    places: set[str | None] = set()
    for one in outputs:
        place = os.path.abspath(one.file) if one.file else None  # noqa: PTH100 - it need not exist
        if place in places:
            where = f"`{one.file}`" if one.file else "the terminal"
            raise exits.Misuse(f"two outputs go to {where}; give each a FILE of its own")
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
    """Read one `FORMAT[:FILE]`; the file `-` is standard output."""
    from pathlib import Path  # most lints write to the terminal

    form, parted, file = word.partition(":")
    if parted and not file:
        raise exits.Misuse(f"`{word}` names no file; leave the colon out to write to the terminal")
    return Output(known(form), Path(file) if file not in ("", "-") else None)


def known(form: str) -> str:
    """Give a format's name; fails with the nearest ones where there is none of it."""
    if form not in report.FORMATS:
        from meshc.names import nearest

        near = nearest(form, list(report.FORMATS))
        hint = f"did you mean `{near[0]}`? " if near else ""
        raise exits.Misuse(f"`{form}` is no format; {hint}there are {', '.join(report.FORMATS)}")
    return form


def run(linted: Linted, threshold: Severity) -> Run:
    """Make what is reported of a lint: its findings with their fixes, and its sources."""
    from meshc.mesh.sources import Sources
    from meshc.report.run import Run
    from meshc.rules.fixing import with_fixes

    sources = Sources(linted.files)

    def fingerprint(one: Finding) -> str:
        from meshc.mesh import fingerprints  # few formats recognise findings

        return fingerprints.fingerprint(one, sources)

    return Run(
        with_fixes(linted.findings, sources),
        linted.texts,
        fingerprint,
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
    folder = os.path.realpath(repository)
    start = os.getcwd()  # noqa: PTH109 - pathlib takes longer to import than this to run
    if base == "linted":
        return ""
    if base == "checkout":
        start = checkout(folder) or start
    above = f"{start.rstrip('/')}/"
    return f"{folder[len(above) :]}/" if folder.startswith(above) and folder != above else ""


def checkout(folder: str) -> str | None:
    """Give the root of the checkout a folder is in."""
    while not os.path.exists(f"{folder}/.git"):  # noqa: PTH110 - as above
        if folder == (folder := os.path.dirname(folder)):  # noqa: PTH120 - as above
            return None
    return folder


def closing(one: Run, files: int, seconds: float) -> str:
    """Say how a lint went: counts, time, and what can be fixed."""
    from meshc.report.run import fixable, summary

    many = "" if files == 1 else "s"
    found = f"{summary(one.findings)}{counting.hidden(one.suppressed)}"
    said = f"{found} in {files:,} file{many} ({seconds:.2f} s)\n"
    fixes = fixable(one.findings)
    return f"{said}{fixes}\n" if fixes else said
