"""`meshc down`: stop a controller."""

from __future__ import annotations

import click

from meshc.cli import controller, exits


@click.command(
    epilog="""\b
Examples:
  meshc down
  meshc down --state /var/lib/meshc

Proxies keep enforcing their last snapshot from disk."""
)
@click.option("--state", metavar="DIR", help="State folder [default: ~/.local/state/meshc].")
@click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for its end.")
def command(*, state: str | None, wait: float) -> int:
    """Stop the controller on a state folder."""
    folder = controller.state_folder(state).absolute()
    if not controller.stop(folder, wait):
        raise exits.Failure(f"no controller runs on `{folder}`", exits.NO_INPUT)
    click.echo("the controller has ended; proxies keep enforcing what they have")
    return exits.CLEAN
