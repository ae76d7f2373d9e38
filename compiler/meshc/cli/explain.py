"""`meshc explain`: a rule's page, or the table of defaults."""

from __future__ import annotations

import click

from meshc.cli import exits
from meshc.names import nearest
from meshc.rules.index import RULES


@click.command(
    epilog="""\b
Examples:
  meshc explain MC201         why, and what to do, with examples that fail and pass
  meshc explain --list        every rule in one line
  meshc explain --defaults    what holds where an intent says nothing"""
)
@click.argument("code", required=False)
@click.option("--list", "listed", is_flag=True, help="List every rule.")
@click.option("--defaults", is_flag=True, help="Print every default and bound.")
def command(*, code: str | None, listed: bool, defaults: bool) -> int:
    """Explain a rule by its code (MC201) or name (unknown-service)."""
    if sum((code is not None, listed, defaults)) != 1:
        raise click.UsageError("give one of CODE, --list, --defaults", click.get_current_context())
    if defaults:
        click.echo(table(), nl=False)
    elif listed:
        for one, rule in RULES.items():
            click.echo(f"{one}  {rule.severity:<7}  {rule.name}")
    else:
        click.echo(page(find(str(code))), nl=False)
    return exits.CLEAN


def table() -> str:
    """Write every default in a table, as the one table in code says it."""
    from meshc._native import defaults  # the extension is loaded only for this

    rows = [("field", "value", "why"), *defaults()]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{f:<{widths[0]}}  {v:<{widths[1]}}  {why}\n" for f, v, why in rows)


def find(word: str) -> str:
    """Give the code that a code or name stands for; fails with the nearest ones."""
    if word.upper() in RULES:
        return word.upper()
    names = {rule.name: code for code, rule in RULES.items()}
    if word in names:
        return names[word]
    near = nearest(word, [*names, *RULES]) or nearest(word.upper(), list(RULES))
    hint = f"; did you mean `{near[0]}`?" if near else ""
    raise exits.Failure(f"`{word}` is no rule{hint} (`meshc explain --list` lists them)")


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
