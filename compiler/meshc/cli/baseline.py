"""`meshc baseline`: findings that are known already, kept in a file of one line each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshc.cli import clicking, counting, exits, source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meshc.cli.source import Source
    from meshc.compiling import Linted
    from meshc.mesh.fingerprints import Identity
    from meshc.policy.baseline import Baseline

file_option = click.option(
    "--file",
    metavar="FILE",
    help="By its path from the repository's root [default: what the settings name, or "
    ".meshc/baseline.json].",
)


@click.group(
    epilog="""\b
Examples:
  meshc baseline create           list what is found today
  meshc baseline prune            take out what is solved
  meshc lint --baseline-ref main  the same without a file, from Git"""
)
def command() -> None:
    """Keep findings that are known already, so that only new ones fail."""


@command.command()
@clicking.repository
@clicking.keeping(*counting.SETTINGS)
@file_option
@click.option("--force", is_flag=True, help="Write it anew where there is one.")
def create(*, repository: str, file: str | None, force: bool) -> int:
    """List everything that is found today as known."""
    from meshc.mesh.sources import Sources
    from meshc.policy import baseline
    from meshc.policy.selection import suppressible

    read, linted, path = linted_without(repository, file)
    if not force and (Path(repository) / path).exists():
        raise exits.Failure(
            f"`{path}` exists; `meshc baseline prune` takes out what is solved, --force accepts "
            "everything that is found today"
        )
    known = baseline.of(linted.findings, Sources(read.files), path).known
    write(repository, path, known)
    click.echo(f"{path}: {counted(sum(known.values()))} known")
    left = sum(not suppressible(one.code) for one in linted.findings)
    if left:
        click.echo(f"{counted(left)} cannot be: mend what keeps the mesh from compiling", err=True)
    if linted.settings.baseline is None:
        click.echo(f'a lint takes it from `baseline = "{path}"` in meshc.toml', err=True)
    return exits.CLEAN


@command.command()
@clicking.repository
@clicking.keeping(*counting.SETTINGS)
@file_option
def prune(*, repository: str, file: str | None) -> int:
    """Take out what is solved; nothing is added."""
    from meshc.mesh.sources import Sources
    from meshc.policy import baseline
    from meshc.policy.selection import adjustable

    read, linted, path = linted_without(repository, file)
    known = load(repository, path)
    if not all(adjustable(one.code) for one in linted.findings):
        raise exits.Failure(
            "nothing was taken out: this mesh does not compile, so rules may not see what they saw",
            exits.FINDINGS,
        )
    left = baseline.kept(known, linted.findings, Sources(read.files))
    gone = sum(known.known.values()) - sum(left.values())
    if gone:
        write(repository, path, left)
    click.echo(f"{path}: {gone} solved, {counted(sum(left.values()))} known")
    return exits.CLEAN


@command.command()
@clicking.repository
@clicking.keeping(*counting.SETTINGS)
@file_option
def show(*, repository: str, file: str | None) -> int:
    """Print what is known: code, how often, where, and what was found."""
    from meshc.policy.settings import settings_of

    read = source.read(repository, None, strict=False)
    path = named(file, settings_of(read.files, counting.given(clicking.kept())).baseline)
    known = load(repository, path).known
    for one in sorted(known):
        times = f" ({known[one]} times)" if known[one] > 1 else ""
        click.echo(f"{one.code}  {one.object}  {one.path}  {one.message}{times}")
    click.echo(f"{path}: {counted(sum(known.values()))} known", err=True)
    return exits.CLEAN


def linted_without(repository: str, file: str | None) -> tuple[Source, Linted, str]:
    """Lint as if nothing were known; gives the path of the baseline too."""
    from meshc.compiling import lint_files
    from meshc.policy.judging import Asked
    from meshc.policy.settings import settings_of
    from meshc.record import replace

    read = source.read(repository, None, strict=True)
    settings = settings_of(read.files, counting.given(clicking.kept()))
    linted = lint_files(read.files, Asked(settings=replace(settings, baseline=None)))
    return read, replace(linted, settings=settings), named(file, settings.baseline)


def named(file: str | None, stated: str | None) -> str:
    """Give the path of the baseline inside the repository."""
    from meshc.policy.baseline import DEFAULT_FILE

    path = file or stated or DEFAULT_FILE
    if path.startswith("/") or ".." in path.split("/"):
        raise exits.Failure(f"--file: `{path}` leads out of the repository")
    return path


def load(repository: str, path: str) -> Baseline:
    """Read a baseline from disk."""
    from meshc.policy import baseline

    try:
        content = (Path(repository) / path).read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise exits.Failure(
            f"cannot read `{path}`: {why}; `meshc baseline create` writes one"
        ) from None
    return baseline.decode(path, content)


def write(repository: str, path: str, known: Mapping[Identity, int]) -> None:
    """Write a baseline whole or not at all."""
    from meshc.policy import baseline
    from meshc.snapshot import atomic

    target = Path(repository) / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(target, baseline.encode(known))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise exits.Failure(f"`{path}` cannot be written: {why}") from None


def counted(number: int) -> str:
    """Count findings in words."""
    return f"{number:,} finding{'' if number == 1 else 's'}"
