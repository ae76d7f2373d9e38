"""`meshc proxy`: one proxy in the foreground, without a controller."""

from __future__ import annotations

import json
import os
import shutil
import sys

import click

from meshc.cli import clicking, controller, exits, identity, source

ADMIN_PORT = 15000
PROBES_PORT = 15021
OUTBOUND_PORT = 15001


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="""\b
Examples:
  meshc proxy . --workload shop/cart --set-port 8080=18080
  meshc proxy . --workload shop/web --address 127.0.0.1 -- --admin 127.0.0.1:15000

The application uses ADDRESS:15001 as its way out, operators ask ADDRESS:15000. What follows `--`
goes to meshc-proxy as it is. Ctrl-C ends it.""",
)
@click.argument("repository")
@click.option("--workload", required=True, metavar="NS/NAME", help="Whose proxy to run.")
@click.option("--set-port", multiple=True, metavar="OLD=NEW", help="Listen on another port.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option("--state", metavar="DIR", help="State folder [default: ~/.local/state/meshc].")
@clicking.taking(source.REVISION, source.ENVIRONMENT)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGUMENTS]")
def command(  # noqa: PLR0913 - click gives each option a parameter
    *,
    repository: str,
    workload: str,
    set_port: tuple[str, ...],
    address: str,
    state: str | None,
    rev: str | None,
    env: str | None,
    words: tuple[str, ...],
) -> int:
    """Compile REPOSITORY, issue a certificate from the local CA, and run one proxy."""
    program = find_program()
    compiled = source.compiled(repository, rev, env)
    found = next((one for one in compiled.slices if one[0] == workload), None)
    if found is None:
        known = ", ".join(name for name, _, _ in compiled.slices)
        raise exits.Failure(f"`{workload}` is no workload of this mesh; there are: {known}")
    base = controller.state_folder(state).absolute()
    folder = base / "proxies" / workload.replace("/", ".")
    from meshc.cli import snapshots

    content = json.loads(found[1])
    # The account need not be the workload's name; the certificate is of what the slice says.
    account = "/".join(content["inbound"]["identity"].split("/")[4::2])
    key = snapshots.local_key(base / "signing.key")
    snapshots.write_offline(folder / "current", compiled, workload, key)
    identity.issue_into(folder / "identity", account, base, content["trustDomain"])
    arguments = ["--offline", "--state", str(folder), "--workload", workload, "--address", address]
    arguments += ["--snapshot-key", str(snapshots.write_public(base / "signing.pub", key))]
    ports = [("--admin", ADMIN_PORT), ("--outbound", OUTBOUND_PORT)]
    if content["inbound"]["probes"]:
        ports.append(("--probes", PROBES_PORT))
    for name, port in ports:
        if name not in words:
            arguments += [name, f"{address}:{port}"]
    for one in set_port:
        arguments += ["--set-port", one]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(program, [program, *arguments, *words])  # noqa: S606 - our own program, no shell


def find_program() -> str:
    """Give the path of `meshc-proxy`: beside this Python, else on the path."""
    beside = os.path.join(os.path.dirname(sys.executable), "meshc-proxy")  # noqa: PTH118, PTH120 - a symlinked python must not be resolved
    found = beside if os.access(beside, os.X_OK) else shutil.which("meshc-proxy")
    if found is None:
        raise exits.Failure(
            "the program `meshc-proxy` is not installed; in a clone, run `make sync`"
        )
    return found
