"""`meshc init`: write a small, working repository."""

from __future__ import annotations

from pathlib import Path

import click

from meshc.cli import exits


@click.command(
    epilog="""\b
Examples:
  meshc init shop && cd shop
  meshc lint && meshc test
  meshc eval --from shop/web --to shop/cart GET /carts/7"""
)
@click.argument("folder", default=".", metavar="[FOLDER]")
def command(*, folder: str) -> int:
    """Write a Mesh, two services that call each other, and a PolicyTest; nothing is overwritten."""
    from meshc.cli import starter
    from meshc.schema import native_schema

    root = Path(folder)
    files = {**starter.FILES, starter.SCHEMA_FILE: native_schema().decode()}
    present = [path for path in files if (root / path).exists()]
    if present:
        raise exits.Failure(f"`{root / present[0]}` exists already; nothing was written")
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        click.echo(f"wrote {target}")
    click.echo(
        "next: `meshc lint`, `meshc test`, `meshc eval --from shop/web --to shop/cart GET /carts/7`"
    )
    return exits.CLEAN
