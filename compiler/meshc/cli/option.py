"""Options as data: `meshc.cli.clicking` makes click's of them; most lines are read without click.

Importing click takes longer than everything else that a lint of one file does. So a command line of
nothing but complete options, given once, with values that cannot be mistaken, is read here; one
that leaves any doubt, a wrong one and `--help` among them, is left to click.
"""

from __future__ import annotations

import os

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Final

    Values = dict[str, Any]
    """Parameter to value, as click gives them to a verb."""

REPOSITORY: Final = "repository"
"""The parameter of the one argument that verbs with a plain reading take."""
HERE: Final = "."
"""Its value where none is given."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a verb; `word` begins with `--`."""

    word: str
    help: str
    metavar: str | None = None
    name: str | None = None
    """Its parameter, where that is not the word."""
    flag: bool = False
    multiple: bool = False
    number: bool = False
    """Whether it takes a number from 0 on."""
    choices: tuple[str, ...] = ()
    default: str | None = None
    variable: str | None = None
    """An environment variable that speaks where the option is not given."""

    @property
    def parameter(self) -> str:
        """Give the name of its parameter."""
        return self.name or self.word.removeprefix("--").replace("-", "_")

    def absent(self) -> object:
        """Give the value where the command line says nothing."""
        if self.flag or self.multiple:
            return False if self.flag else ()
        return (self.variable and os.environ.get(self.variable)) or self.default


def plain(words: Sequence[str], options: Iterable[Option]) -> Values | None:
    """Read a command line; nothing where click must say what it means."""
    known = {one.word: one for one in options}
    values: Values = {}
    left = iter(words)
    for word in left:
        name, given, value = word.partition("=")
        one = known.get(name)
        if one is None:
            if not word or word.startswith("-") or REPOSITORY in values:
                return None
            values[REPOSITORY] = word
            continue
        if not (given or one.flag):
            value = next(left, "-")
        repeated = one.parameter in values and not one.multiple
        if repeated or not fits(value, one, given=bool(given)):
            return None
        if one.multiple:
            values[one.parameter] = (*values.get(one.parameter, ()), value)
        else:
            values[one.parameter] = True if one.flag else int(value) if one.number else value
    values.setdefault(REPOSITORY, HERE)
    return {one.parameter: one.absent() for one in known.values()} | values


def fits(value: str, one: Option, *, given: bool) -> bool:
    """Tell whether a value is beyond doubt one of an option's."""
    if one.flag:
        return not given
    if not given and (not value or value.startswith("-")):
        return False
    if one.number:
        return value.isascii() and value.isdigit()
    return value in one.choices if one.choices else True
