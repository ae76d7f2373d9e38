"""`meshc demo`: the whole mesh at work."""

from __future__ import annotations

from pathlib import Path

import click

from meshc.cli import exits


@click.command(
    epilog="""\b
Examples:
  meshc demo                    every step, in under a minute
  meshc demo --keep             and the mesh stays up, until Ctrl-C
  meshc demo --folder here      logs, keys and states are kept in a new folder

Everything runs on addresses of 127.20.0.0/24. Exit codes: 0 every step holds, 1 one does not."""
)
@click.option("--keep", is_flag=True, help="Leave the mesh up and say how to talk to it.")
@click.option("--folder", metavar="DIR", help="Where everything is written, and stays.")
def command(*, keep: bool, folder: str | None) -> int:
    """Run a shop of a dozen services with real processes, certificates and a Git repository."""
    from meshc.demo.run import run  # brings asyncio

    place = Path(folder).absolute() if folder else None
    if place is not None and place.exists():
        raise exits.Failure(f"`{place}` exists; name a folder that does not")
    broken = run(click.echo, keep=keep, folder=place)
    if broken is not None:
        raise exits.Failure(f"the demonstration does not hold: {broken}", exits.FINDINGS)
    click.echo("\nevery step holds")
    return exits.CLEAN
