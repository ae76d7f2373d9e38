"""`meshc up`: start a controller on a repository."""

from __future__ import annotations

import time
from pathlib import Path

import click

from meshc.cli import controller, exits, showing


@click.command(
    epilog="""\b
Examples:
  meshc up ../shop-intents --allowed-signers-file signers
  meshc up https://git.example/intents.git --trust-commit 4f2c… --listen 0.0.0.0:15012
  meshc status
  meshc down"""
)
@click.argument("repository")
@click.option("--branch", default="main", show_default=True, help="The branch to follow.")
@click.option("--env", metavar="NAME", help="Serve this Environment, not the base.")
@click.option("--state", metavar="DIR", help="State folder [default: ~/.local/state/meshc].")
@click.option(
    "--listen", default="127.0.0.1:15012", show_default=True, help="Where proxies connect."
)
@click.option("--allowed-signers-file", metavar="FILE", help="Who may sign the first commit.")
@click.option("--trust-commit", metavar="SHA", help="Trust this commit as the first one.")
@click.option(
    "--poll", default="1", show_default=True, help="Seconds between two looks at the branch."
)
@click.option(
    "--wait", default=30.0, show_default=True, help="Seconds to wait for the first snapshot."
)
def command(  # noqa: PLR0913 - click gives each option a parameter
    *,
    repository: str,
    branch: str,
    env: str | None,
    state: str | None,
    listen: str,
    allowed_signers_file: str | None,
    trust_commit: str | None,
    poll: str,
    wait: float,
) -> int:
    """Start a controller that follows REPOSITORY (a path or URL) and serves proxies."""
    folder = controller.state_folder(state).absolute()
    if (process := controller.running(folder)) is not None:
        raise exits.Failure(
            f"a controller runs on `{folder}` already (process {process}); `meshc down` ends it"
        )
    local = Path(repository)
    arguments = ["--repo", str(local.absolute()) if local.exists() else repository]
    arguments += ["--branch", branch, "--listen", listen, "--poll", poll]
    if env:
        arguments += ["--env", env]
    if allowed_signers_file:
        arguments += ["--allowed-signers-file", str(Path(allowed_signers_file).absolute())]
    if trust_commit:
        arguments += ["--trust-commit", trust_commit]
    before = (controller.status(folder) or {}).get("startedAt")
    process = controller.start(folder, arguments)
    with showing.progress("waiting for the first snapshot"):
        found = await_snapshot(folder, wait, before)
    click.echo(f"the controller runs (process {process}) on {listen}; state in {folder}")
    click.echo(
        f"commit {found['commit'][:12]}, height {found['height']}, snapshot {found['manifest']}"
    )
    return exits.CLEAN


def await_snapshot(folder: Path, seconds: float, before: object) -> controller.Status:
    """Wait until the controller enforces something; fails with its last words if it ends."""
    deadline = time.monotonic() + seconds
    while True:
        found = controller.status(folder) or {}
        if found.get("manifest") and (before is None or found.get("startedAt") != before):
            return found
        if controller.running(folder) is None:
            raise exits.Failure(f"the controller ended: {controller.last_words(folder)}")
        if time.monotonic() > deadline:
            refusal = (found.get("lastRefusal") or {}).get("text") or controller.last_words(folder)
            raise exits.Failure(
                f"no snapshot after {seconds:.0f} s, but the controller runs on: {refusal}",
                exits.FINDINGS,
            )
        time.sleep(controller.LOOK)
