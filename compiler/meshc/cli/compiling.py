"""`meshc compile`: a repository to a snapshot."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from meshc.cli import clicking, exits, showing, source


@click.command(
    epilog="""\b
Examples:
  meshc compile                           does it compile, and to which digest
  meshc compile --rev HEAD --out build    write it; the same commit gives the same bytes
  meshc compile --out build --key signing.pem

Prints the digest of the manifest. Exit codes: 0 compiled, 1 an error was found, 2 usage,
3 no intent, 4 a file cannot be read."""
)
@clicking.repository
@clicking.taking(source.REVISION, source.ENVIRONMENT)
@click.option("--out", metavar="DIR", help="Write the snapshot to this folder.")
@click.option("--key", metavar="FILE", help="Sign it with this Ed25519 private key (PEM).")
def command(
    *, repository: str, rev: str | None, env: str | None, out: str | None, key: str | None
) -> int:
    """Compile a repository to one slice per workload and a manifest that names them."""
    gc.disable()  # one pass over data that lives until the end
    from meshc.cli import snapshots
    from meshc.snapshot import digest

    if key and not out:
        raise click.UsageError("--key signs what --out writes", click.get_current_context())
    signer = snapshots.load_key(key) if key else None
    with showing.progress("compiling"):
        compiled = source.compiled(repository, rev, env)
    if out:
        name = snapshots.write(Path(out), compiled, signer)
    else:
        name = digest(snapshots.manifest(compiled))
    click.echo(name)
    click.echo(f"{len(compiled.slices)} workloads, commit {compiled.commit}", err=True)
    return exits.CLEAN
