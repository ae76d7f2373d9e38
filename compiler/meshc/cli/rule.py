"""`meshc rule`: begins a new rule. For whoever works on meshc; not listed among the verbs."""

from __future__ import annotations

import click

from meshc.cli import exits


@click.command(
    epilog="""\b
Examples:
  meshc rule MC614-no-jitter --scaffold
  python -m meshc.cli.pages            then: the index and the pages
  pytest tests/rules                   fails until the rule finds what its example marks"""
)
@click.argument("word", metavar="CODE-NAME")
@click.option("--scaffold", "wanted", is_flag=True, help="Write its file, to be filled in.")
def command(*, word: str, wanted: bool) -> int:
    """Begin a rule of a code and a name that are free."""
    from meshc.rules.scaffold import scaffold

    if not wanted:
        raise click.UsageError(
            "say `--scaffold`; a rule that exists is shown by `meshc explain`",
            click.get_current_context(),
        )
    try:
        click.echo(scaffold(word))
    except ValueError as why:
        raise exits.Failure(str(why)) from None
    return exits.CLEAN
