"""`meshc explain`: a rule, a kind or field, the table of defaults, what holds for a workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from meshc.cli import clicking, exits, source
from meshc.names import nearest
from meshc.report import FORMATS
from meshc.rules.index import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command(
    epilog="""\b
Examples:
  meshc explain MC201         why, and what to do, with examples that fail and pass
  meshc explain sarif         an output of `meshc lint`
  meshc explain --list        every rule in one line
  meshc explain ServiceIntent             a kind: its fields, and an example
  meshc explain ServiceIntent.spec.allow  a field, and what may stand in it
  meshc explain --defaults    what holds where an intent says nothing
  meshc explain shop/cart     every value of a workload: where it was written, or default"""
)
@click.argument("word", required=False, metavar="[CODE | KIND[.FIELD] | FORMAT | NS/NAME]")
@click.option("-C", "repository", default=".", metavar="REPOSITORY", help="Of NS/NAME (.).")
@clicking.taking(source.ENVIRONMENT)
@click.option("--list", "listed", is_flag=True, help="List every rule.")
@click.option("--defaults", is_flag=True, help="Print every default and bound.")
def command(
    *, word: str | None, repository: str, env: str | None, listed: bool, defaults: bool
) -> int:
    """Explain a rule (MC201), a KIND, a field of it, an output's format, or a workload."""
    if sum((word is not None, listed, defaults)) != 1:
        raise click.UsageError(
            "give one of CODE, KIND, FORMAT, NS/NAME, --list, --defaults",
            click.get_current_context(),
        )
    if defaults:
        click.echo(table(), nl=False)
    elif listed:
        for one, rule in RULES.items():
            click.echo(f"{one}  {rule.severity:<7}  {rule.name}")
    elif word is not None and "/" in word:
        click.echo(values(repository, word, env), nl=False)
    elif word in FORMATS:
        click.echo(output(word), nl=False)
    elif word is not None and word[:1].isupper() and not word[-1].isdigit():
        click.echo(language(word))
    else:
        click.echo(page(find(str(word))), nl=False)
    return exits.CLEAN


def language(word: str) -> str:
    """Write what a kind is (`Waiver`) or one field of it (`Waiver.spec.until`)."""
    from meshc.schema import pages, published  # the schema is loaded only for this

    kind, _, path = word.partition(".")
    if kind not in published.kinds():
        near = nearest(kind, published.kinds())
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise exits.Failure(f"`{kind}` is no kind{hint}")
    if not path:
        return "\n".join(pages.summary(kind))
    if pages.plain(path) not in pages.paths(kind):
        near = nearest(path, pages.paths(kind))
        hint = f"; did you mean `{kind}.{near[0]}`?" if near else f" (`meshc explain {kind}`)"
        raise exits.Failure(f"{kind} has no field `{path}`{hint}")
    return "\n".join(pages.field_page(kind, path))


def table() -> str:
    """Write every default in a table, as the one table in code says it."""
    from meshc._native import defaults  # the extension is loaded only for this

    return columns([("field", "value", "why"), *defaults()])


def columns(rows: Sequence[tuple[str, str, str]]) -> str:
    """Write rows in columns; the last is as wide as it likes."""
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{one:<{widths[0]}}  {two:<{widths[1]}}  {last}\n" for one, two, last in rows)


def values(repository: str, workload: str, environment: str | None) -> str:
    """Write every effective value of a workload, each with its place or its default."""
    from meshc import compiling  # the core is loaded only for this

    files = source.read(repository, None, strict=False).files
    mesh = compiling.link_files(files, environment)
    table = mesh.table("values")
    names = mesh.table("services").column("service")
    if workload not in names:
        near = nearest(workload, [str(name) for name in names])
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise exits.Failure(f"`{workload}` is no workload of this mesh{hint}")
    fields, held, defaults = (table.column(name) for name in ("field", "value", "default"))
    rows = [("field", "value", "from")]
    for row in table.matching(service=workload):
        path, line, _, _, _ = mesh.place("values", row)
        default = defaults[row]
        where = f"{path}:{line}" if default is None else f"default ({default})"
        rows.append((str(fields[row]), str(held[row]), where))
    return columns(rows)


def find(word: str) -> str:
    """Give the code that a code or name stands for; fails with the nearest ones."""
    if word.upper() in RULES:
        return word.upper()
    names = {rule.name: code for code, rule in RULES.items()}
    if word in names:
        return names[word]
    near = nearest(word, [*names, *RULES, *FORMATS]) or nearest(word.upper(), list(RULES))
    hint = f"; did you mean `{near[0]}`?" if near else ""
    raise exits.Failure(f"`{word}` is no rule{hint} (`meshc explain --list` lists them)")


def output(form: str) -> str:
    """Write an output's page for a terminal."""
    from meshc.cli import output_pages

    calls = f"meshc lint --format {form}\nmeshc lint --output {form}:FILE"
    said = output_pages.example(form)
    return f"{calls}\n\n{output_pages.text(form)}\n\nTwo mistakes in this format:\n\n{said}\n"


def page(code: str) -> str:
    """Write a rule's page for a terminal."""
    from meshc.rules import pages

    one = pages.page(RULES[code].module)
    parts = [f"{one.code} {one.name} ({one.severity})", "", one.text, ""]
    for example in one.examples:
        parts += ["Found here:" if example.fails else "Fine:", ""]
        parts += [f"    {line}".rstrip() for line in example.text.replace("\t", "→").splitlines()]
        parts += [""]
    return "\n".join(parts)
