"""Makes click's options of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from meshc.cli.option import HERE, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshc.cli.option import Option, Values

META: Final = "meshc.kept"
"""Where options of one call are kept that are no parameters of the verb."""

repository = click.argument(REPOSITORY, default=HERE, metavar="[REPOSITORY]")


def taking(*options: Option) -> Callable[[Any], Any]:
    """Add options to a verb, in this order."""
    return added(options, {})


def keeping(*options: Option) -> Callable[[Any], Any]:
    """Add options to a verb that asks `kept` for their values."""
    return added(options, {"callback": keep, "expose_value": False})


def kept() -> Values:
    """Give the values of the options that `keeping` added to the verb that runs."""
    found: Values = click.get_current_context().meta.get(META, {})
    return found


def added(options: tuple[Option, ...], rest: dict[str, Any]) -> Callable[[Any], Any]:
    """Add options to a verb."""

    def add(command: Any) -> Any:  # noqa: ANN401 - as click has it
        for one in reversed(options):
            command = made(one, rest)(command)
        return command

    return add


def made(one: Option, rest: dict[str, Any]) -> Callable[[Any], Any]:
    """Make one option."""
    kind: click.ParamType[Any] | None = click.Choice(one.choices) if one.choices else None
    if one.number:
        kind = click.IntRange(min=0)
    if one.flag:
        return click.option(one.word, one.parameter, is_flag=True, help=one.help, **rest)
    if one.default is not None:
        rest = {**rest, "default": one.default}
    return click.option(
        one.word,
        one.parameter,
        type=kind,
        metavar=one.metavar,
        multiple=one.multiple,
        envvar=one.variable,
        help=one.help,
        **rest,
    )


def keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep an option's value."""
    context.meta.setdefault(META, {})[parameter.name] = value
