"""`meshc render`: the documents as they hold, and where each value comes from."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from meshc.cli import clicking, exits, source
from meshc.report.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = dict[str, Any]  # `value`, `items` or `entries`, and `at`

PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
"""Text that every YAML reads as text without quotes, but for `WORDS`."""
WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@click.command(
    epilog="""\b
Examples:
  meshc render --env prod                          every document, in the folder you are in
  meshc render -C repo --env prod shop/payments    one service
  meshc render --env prod --output json | jq '.[].document'

What a Baseline adds stands where it was added, what nobody wrote is there as a default; behind
each value is its file and line. Exit codes: 0 shown, 1 an error was found in the intents (what can
be shown is), 2 usage, 3 no intent, 4 a file cannot be read."""
)
@click.argument("name", required=False, metavar="[NS/NAME]")
@click.option("-C", "repository", default=".", metavar="REPOSITORY", help="Of what (.).")
@clicking.taking(source.REVISION, source.ENVIRONMENT)
@click.option(
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How it is written.",
)
def command(
    *, name: str | None, repository: str, rev: str | None, env: str | None, output: str
) -> int:
    """Show the documents of a repository as they hold: patched, completed, with defaults."""
    from meshc.compiling import compile_files, render_files
    from meshc.findings import Severity

    read = source.read(repository, rev, strict=True)
    documents = json.loads(render_files(read.files, env))
    if name is not None:
        documents = [one for one in documents if called(one) == name]
        if not documents:
            raise exits.Failure(f"`{name}` is the name of no document")
    if output == "json":
        sys.stdout.write(json.dumps(documents, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for one in documents for line in lines(one))
    errors = [
        one
        for one in compile_files(read.files, read.commit, env).findings
        if one.severity is Severity.ERROR
    ]
    if errors:
        sys.stderr.write(f"{len(errors)} errors; `meshc lint` shows them\n")
    return exits.FINDINGS if errors else exits.CLEAN


def called(document: dict[str, Any]) -> str:
    """Give the name of a document, with its namespace if it has one."""
    namespace = document["namespace"]
    return f"{namespace}/{document['name']}" if namespace else str(document["name"])


def lines(document: dict[str, Any]) -> Iterator[str]:
    """Write a document as YAML, behind each value where it comes from."""
    yield "---"
    yield f"# {shown(document['file'])}"
    yield from written(document["document"], "")


def written(node: Node, indent: str) -> Iterator[str]:
    """Write the lines of a mapping or a list."""
    pairs = node["entries"] if "entries" in node else [(None, item) for item in node["items"]]
    for key, inner in pairs:
        head = f"{indent}-" if key is None else f"{indent}{scalar(key)}:"
        if "value" in inner:
            yield f"{head} {scalar(inner['value'])}  # {origin(inner)}"
        elif not inner.get("entries", inner.get("items")):
            yield f"{head} {'{}' if 'entries' in inner else '[]'}  # {origin(inner)}"
        elif key is None:
            first, *rest = written(inner, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield head
            yield from written(inner, f"{indent}  ")


def scalar(value: object) -> str:
    """Write a scalar so that every YAML reads it alike."""
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def origin(node: Node) -> str:
    """Say where a value comes from."""
    at = node["at"]
    return f"default: {at}" if isinstance(at, str) else f"{shown(at[0])}:{at[1]}"
