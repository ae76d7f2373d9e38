"""`meshc config`: the settings that hold, and where each was stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from meshc.cli import clicking, counting, exits, source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc.policy.settings import Settings


@click.command(
    epilog="""\b
Examples:
  meshc config                          what holds here, and where it is stated
  meshc config --config profile=strict  and what would
  meshc config --keys                   every key there is"""
)
@clicking.repository
@clicking.taking(source.REVISION)
@clicking.keeping(*counting.SETTINGS)
@click.option("--keys", is_flag=True, help="List every key and what it does.")
def command(*, repository: str, rev: str | None, keys: bool) -> int:
    """Show the settings of a repository; lower lines hold over upper ones of the same key."""
    from meshc.policy.settings import settings_of

    if keys:
        from meshc.policy.keys import KEYS

        head = ("key", "default", "what it says")
        click.echo(table([head, *((one.name, one.default, one.summary) for one in KEYS)]), nl=False)
        return exits.CLEAN
    read = source.read(repository, rev, strict=False)
    settings = settings_of(read.files, counting.given(clicking.kept()))
    click.echo(table([("key", "value", "from"), *rows(settings)]), nl=False)
    return exits.CLEAN


def rows(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Give every value that was stated, the lowest first, then what holds by default."""
    from meshc.policy.keys import KEYS

    named = set()
    for toml in settings.tomls:
        for keys, value, where in toml.stated():
            named.add(keys[0])
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield ".".join(keys), shown, where
    for key in KEYS:
        if key.name not in named:
            yield key.name, key.default, "default"


def table(found: list[tuple[str, str, str]]) -> str:
    """Write rows in columns; the last is as wide as it likes."""
    widths = [max(len(row[column]) for row in found) for column in (0, 1)]
    return "".join(f"{one:<{widths[0]}}  {two:<{widths[1]}}  {last}\n" for one, two, last in found)
