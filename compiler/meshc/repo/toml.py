"""TOML files of a repository: their tables, and the place of each key for whoever must mend it."""

from __future__ import annotations

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final, TypeAlias

Value: TypeAlias = object
"""What TOML can hold; readers ask for its type."""
TOML_BYTES: Final = 64 * 1024
"""Largest settings file; those of people have a few hundred bytes."""
STATEMENT_LINES: Final = 500
"""Longest statement whose end is looked for, so that a place is found in bounded time."""
DEPTH: Final = 8
"""Deepest keys whose places are told apart; no setting is deeper."""
POSITION: Final = r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z"


class SettingsError(Exception):
    """Settings that cannot be what they say; the message is `file:line:column: claim`."""


@dataclass(frozen=True, slots=True)
class Toml:
    """One TOML file, or the part of it below `base`.

    A statement of the command line has its option as `file`; `--` alone stands for the options that
    are named like keys.
    """

    file: str
    text: str
    table: dict[str, Value]
    base: tuple[str, ...] = ()

    def place(self, keys: tuple[str, ...], word: str | None = None) -> tuple[int, int]:
        """Give line and column, both from 1, of a key, or of a word in its value."""
        wanted = (*self.base, *keys)
        for line, text, stated in statements(self.text):
            if any(one[: len(wanted)] == wanted for one in stated):
                return position(line, text, wanted[-1] if word is None else word)
        return 1, 1

    def stated(self) -> Iterator[tuple[tuple[str, ...], Value, str]]:
        """Give every value with its keys and where it is stated, in the order of the keys."""
        lines = {path: line for line, _, paths in statements(self.text) for path in paths}
        for keys in sorted(leaves(self.table, ())):
            found: Value = self.table
            for key in keys:
                found = found[key] if isinstance(found, dict) else None
            line = lines.get((*self.base, *keys), 1)
            command = self.file.startswith("--")
            option = f"--{keys[0]}" if self.file == "--" else self.file
            yield keys, found, option if command else f"{self.file}:{line}"

    def error(self, keys: tuple[str, ...], claim: str, word: str | None = None) -> SettingsError:
        """Make the error that shows a key, or a word in its value."""
        if self.file.startswith("--"):
            option = self.file if self.file != "--" or not keys else f"--{keys[0]}"
            return SettingsError(f"{option}: {claim}")
        line, column = self.place(keys, word)
        return SettingsError(f"{self.file}:{line}:{column}: {claim}")


def read(file: str, content: bytes, base: tuple[str, ...] = ()) -> Toml:
    """Read a file; raises `SettingsError` where it is no TOML or larger than is read."""
    import tomllib  # only a repository with settings pays for it

    if len(content) > TOML_BYTES:
        raise SettingsError(f"{file}: it has {len(content)} bytes, at most {TOML_BYTES} are read")
    try:
        text = content.decode()
        table: Value = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{file}:{line}:1: this line is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{file}:{located(str(error), text)}") from None
    for key in base:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    return Toml(file, text, table if isinstance(table, dict) else {}, base)


def located(message: str, text: str) -> str:
    """Put the place that a parser's message ends with in front of it."""
    import re  # only a mistake pays for it

    found = re.search(POSITION, message)
    claim = message[: found.start()] if found else message
    end = (text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1)
    line, column = (found[1], found[2]) if found and found[1] else end
    return f"{line}:{column}: {claim[:1].lower()}{claim[1:]}"


def statements(text: str) -> Iterator[tuple[int, str, list[tuple[str, ...]]]]:
    """Give each statement: its first line, its text, and every path of keys it states.

    A statement of TOML is one by itself, so the parser tells where each ends.
    """
    table: tuple[str, ...] = ()
    first, lines = 1, list[str]()
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if not lines:
            first = number
        lines.append(line)
        if len(lines) > STATEMENT_LINES:
            return
        statement = "".join(lines)
        made = parsed(statement)
        if made is None:
            continue
        lines = []
        paths = list(leaves(made, ()))
        if statement.lstrip().startswith("["):
            table = paths[0]
            yield first, statement, [table]
        elif made:
            yield first, statement, [(*table, *path) for path in paths]


def parsed(statement: str) -> dict[str, Value] | None:
    """Read one statement; nothing while it is not whole."""
    import tomllib

    try:
        return tomllib.loads(statement)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def leaves(value: Value, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give the paths to everything that is no table; an empty table is its own leaf."""
    if isinstance(value, list) and len(value) == 1 and value[0] == {}:
        value = {}  # `[[table]]`
    if not isinstance(value, dict) or not value or len(path) >= DEPTH:
        yield path
        return
    for key, inner in value.items():
        yield from leaves(inner, (*path, key))


def position(line: int, statement: str, word: str) -> tuple[int, int]:
    """Give line and column of a word in a statement; of the statement where it is spelt apart."""
    import re  # the same

    found = re.search(rf"(?<![\w-])[\"']?{re.escape(word)}(?![\w-])", statement)
    begin = len(statement) - len(statement.lstrip()) if found is None else found.start()
    before = statement[:begin]
    return line + before.count("\n"), begin - (before.rfind("\n") + 1) + 1
