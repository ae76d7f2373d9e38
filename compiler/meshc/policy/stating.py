"""From the tables of one TOML file to settings; a mistake names its place and what was meant."""

from __future__ import annotations

import re

from meshc.findings import SEVERITIES, Severity
from meshc.names import LABEL, nearest
from meshc.policy.keys import ADJUSTED, BY_NAME
from meshc.policy.selection import ALL, Layer, adjustable, covered, meant
from meshc.policy.settings import Adjusted, Settings
from meshc.rules.index import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Final

    from meshc.policy.settings import Profile
    from meshc.repo.toml import Toml, Value

Keys = tuple[str, ...]
CODES: Final = re.compile(r"MC[0-9]{1,3}\Z")
WILD: Final = 8
"""Most wildcards of one pattern, so that fitting a path takes bounded time."""


def read(toml: Toml) -> Settings:
    """Read one file; raises `SettingsError` at the first mistake."""
    known_keys(toml, (), toml.table, list(BY_NAME))
    required(toml)
    layer = Layer(
        select=codes(toml, ("select",)) if "select" in toml.table else None,
        extend=codes(toml, ("extend-select",)),
        ignore=codes(toml, ("ignore",), silences=True),
    )
    return Settings(
        namespaces=namespaces(toml),
        fail_on=Severity(choice(toml, ("fail-on",), list(SEVERITIES)) or Severity.ERROR),
        profile=profile(toml),
        layers=(layer,) if layer != Layer() else (),
        severity=severities(toml, ("severity",)),
        per_file=adjusted(toml, "per-file"),
        per_namespace=adjusted(toml, "per-namespace"),
        baseline=path(toml, ("baseline",)),
        tomls=(toml,),
    )


def value(toml: Toml, keys: Keys) -> Value:
    """Give a value by its keys; nothing where it is not stated."""
    found: Value = toml.table
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def known_keys(toml: Toml, keys: Keys, table: Iterable[str], known: Sequence[str]) -> None:
    """Refuse a key that means nothing, with the nearest one that does."""
    for key in table:
        if key not in known:
            near = nearest(key, list(known))
            said = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"
            raise toml.error((*keys, key), f"unknown key `{'.'.join((*keys, key))}`; {said}")


def table(toml: Toml, keys: Keys, of: str) -> dict[str, Value]:
    """Read a table; empty where it is not stated."""
    found = value(toml, keys)
    if found is not None and not isinstance(found, dict):
        raise toml.error(keys, f"`{'.'.join(keys)}` is a table of {of}")
    return found or {}


def required(toml: Toml) -> None:
    """Refuse to go on where the file asks for another version of this program."""
    keys = ("required-version",)
    wanted = value(toml, keys)
    if wanted is None:
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from meshc import __version__

    try:
        met = isinstance(wanted, str) and SpecifierSet(wanted).contains(
            __version__, prereleases=True
        )
    except InvalidSpecifier:
        wanted = None
    if not isinstance(wanted, str):
        raise toml.error(keys, "`required-version` is a version specifier such as `>=0.1,<2`")
    if not met:
        raise toml.error(keys, f"this is meshc {__version__}, and the repository asks for {wanted}")


def choice(toml: Toml, keys: Keys, known: Sequence[str]) -> str | None:
    """Read one word of several."""
    found = value(toml, keys)
    if found is None or (isinstance(found, str) and found in known):
        return found
    said = f", not `{found}`" if isinstance(found, str) else ""
    raise toml.error(keys, f"`{'.'.join(keys)}` is one of {', '.join(known)}{said}", word(found))


def word(found: Value) -> str | None:
    """Give a value's text, to be shown where it stands; a key is shown for anything else."""
    return found if isinstance(found, str) and found else None


def profile(toml: Toml) -> Profile:
    """Read `profile`."""
    return "strict" if choice(toml, ("profile",), ["default", "strict"]) == "strict" else "default"


def path(toml: Toml, keys: Keys) -> str | None:
    """Read a path inside the repository."""
    found = value(toml, keys)
    if found is None:
        return None
    parts = found.split("/") if isinstance(found, str) else []
    if not isinstance(found, str) or not found or found.startswith("/") or ".." in parts:
        raise toml.error(keys, f"`{keys[-1]}` is the path of a file from the repository's root")
    return found.removeprefix("./")


def codes(toml: Toml, keys: Keys, *, silences: bool = False) -> tuple[str, ...]:
    """Read a list of codes and beginnings of codes."""
    found = value(toml, keys)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise toml.error(keys, f'`{".".join(keys)}` is a list of codes, such as ["MC5", "MC212"]')
    return tuple(sorted({code(toml, keys, one, silences=silences) for one in found}))


def code(toml: Toml, keys: Keys, found: Value, *, silences: bool) -> str:
    """Read one code or the beginning of some."""
    if not isinstance(found, str):
        raise toml.error(keys, f"`{'.'.join(keys)}` holds codes, in quotes")
    if found in BY_NAME and keys[-1] == found:
        raise toml.error(keys, misplaced(found))
    if found != ALL and not (CODES.match(found) and covered(found)):
        raise toml.error(keys, f"`{found}` is no rule or group of rules; {meant(found)}", found)
    if silences and not any(adjustable(one) for one in covered(found)):
        raise toml.error(keys, settled(found), found)
    return found


def misplaced(key: str) -> str:
    """Say that a key slipped into a table, as happens to what is appended to a file."""
    return f"`{key}` stands inside a table; write it above the first `[table]` of the file"


def settled(found: str) -> str:
    """Say why a rule always counts."""
    rule = RULES.get(found)
    what = f"`{found}` ({rule.name})" if rule else f"every rule of `{found}`"
    return (
        f"{what} cannot be silenced or made milder: it finds what keeps a mesh from being compiled"
    )


def severities(toml: Toml, keys: Keys) -> tuple[tuple[str, Severity], ...]:
    """Read a table of codes and severities."""
    read = []
    for one in table(toml, keys, "codes and severities"):
        prefix = code(toml, (*keys, one), one, silences=False)
        weight = Severity(
            choice(toml, (*keys, one), list(SEVERITIES)) or Severity.ERROR,
        )
        if weight is not Severity.ERROR and not any(adjustable(each) for each in covered(prefix)):
            raise toml.error((*keys, one), settled(one))
        read.append((prefix, weight))
    return tuple(sorted(read))


def adjusted(toml: Toml, key: str) -> tuple[tuple[str, Adjusted], ...]:
    """Read `per-file` or `per-namespace`."""
    found = []
    for name in table(toml, (key,), "tables with `ignore` and `severity`"):
        keys = (key, name)
        inner = table(toml, keys, "`ignore` and `severity`")
        known_keys(toml, keys, inner, ADJUSTED)
        if key == "per-namespace" and not LABEL.match(name):
            raise toml.error(keys, f"`{name}` is no namespace (a DNS label)")
        if key == "per-file" and name.count("*") + name.count("?") > WILD:
            raise toml.error(keys, f"`{name}` has more than {WILD} wildcards")
        says = Adjusted(
            codes(toml, (*keys, "ignore"), silences=True), severities(toml, (*keys, "severity"))
        )
        found.append((name, says))
    return tuple(found)


def namespaces(toml: Toml) -> tuple[tuple[str, str], ...]:
    """Read the table of folders and their namespaces."""
    rows = []
    for folder, namespace in table(toml, ("namespaces",), 'folder = "namespace"').items():
        keys = ("namespaces", folder)
        if isinstance(namespace, dict):
            claim = f"settings of a namespace stand under `[per-namespace.{folder}]`"
            raise toml.error(keys, f"`namespaces` gives folders their namespace; {claim}")
        if not isinstance(namespace, str) or not LABEL.match(namespace):
            if folder in BY_NAME:
                raise toml.error(keys, misplaced(folder))
            raise toml.error(keys, f"the namespace of `{folder}` is no DNS label", word(namespace))
        rows.append((folder.strip("/").removeprefix("./").removesuffix("."), namespace))
    return tuple(sorted(rows))
