"""`meshc schema`: the language as JSON Schema, or as CustomResourceDefinitions."""

from __future__ import annotations

import click

from meshc.cli import exits
from meshc.names import nearest


@click.command(
    epilog="""\b
Examples:
  meshc schema > .meshc/schema.json              any document: what `meshc init` writes for editors
  meshc schema ServiceIntent                     one kind
  meshc schema --crd | kubectl apply -f -        every kind as a CustomResourceDefinition
  meshc schema Waiver --crd                      one kind as a CustomResourceDefinition"""
)
@click.argument("kind", required=False, metavar="[KIND]")
@click.option("--crd", "definitions", is_flag=True, help="CustomResourceDefinitions, as YAML.")
def command(*, kind: str | None, definitions: bool) -> int:
    """Print the JSON Schema (draft 2020-12) of every document, or of one KIND."""
    import json  # not on the road of other verbs

    from meshc.schema import crd, native_schema, published

    if kind is not None and kind not in published.kinds():
        near = nearest(kind, published.kinds())
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise exits.Failure(f"`{kind}` is no kind with a schema{hint}")
    if definitions:
        wanted = [kind] if kind is not None else published.kinds()
        click.echo("---\n".join(crd.yaml(crd.crd(one)) for one in wanted), nl=False)
    elif kind is not None:
        click.echo(json.dumps(published.kind(kind), indent=2, ensure_ascii=False))
    else:
        click.echo(native_schema().decode(), nl=False)
    return exits.CLEAN
