"""`meshc identity`: certificates of workloads, for curl and tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from meshc import names
from meshc.cli import controller, exits


@click.group()
def command() -> None:
    """Issue certificates of workloads from the local CA."""


@command.command(
    epilog="""\b
Examples:
  meshc identity issue shop/web --out web --trust-domain example.test
  curl --cert web/certificate.pem --key web/key.pem --cacert web/bundle.pem …

The key is readable by its owner only. The certificate is valid for an hour."""
)
@click.argument("workload", metavar="NS/NAME")
@click.option("--out", required=True, metavar="DIR", help="Folder for the three files.")
@click.option(
    "--state", metavar="DIR", help="State folder of the CA [default: ~/.local/state/meshc]."
)
@click.option("--trust-domain", metavar="DOMAIN", help="Trust domain, if the state folder is new.")
def issue(*, workload: str, out: str, state: str | None, trust_domain: str | None) -> int:
    """Write certificate.pem, key.pem and bundle.pem for a workload."""
    issue_into(Path(out), workload, controller.state_folder(state), trust_domain)
    for name in ("certificate.pem", "key.pem", "bundle.pem"):
        click.echo(f"wrote {Path(out) / name}")
    return exits.CLEAN


def issue_into(out: Path, workload: str, state: Path, trust_domain: str | None) -> None:
    """Let the controller's program issue a certificate; the CA's key never comes here."""
    if names.workload(workload) is None:
        raise exits.Failure(f"`{workload}` is no workload; write NAMESPACE/NAME")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    arguments = ["identity", "--state", str(state), "--out", str(out)]
    if trust_domain:
        arguments += ["--trust-domain", trust_domain]
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        controller.words(*arguments, workload), check=False, capture_output=True, text=True
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise exits.Failure(
            said[-1].removeprefix("error: ") if said else "no certificate was issued"
        )
