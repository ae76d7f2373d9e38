"""What a repository says about itself: `meshc.toml`, or `[tool.meshc]` of its `pyproject.toml`.

One file a repository, at its root, from the same folder or revision as the intents. What it extends
lies below it; the command line lies above it. Each value remembers where it was stated.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.policy.selection import Layer
from meshc.record import dataclass
from meshc.repo.listing import PROJECT_FILE, SETTINGS_FILE, files_of
from meshc.repo.toml import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Final, Literal

    from meshc.repo.listing import File
    from meshc.repo.toml import Toml

    Profile = Literal["default", "strict"]

EXTENDED: Final = 8
"""Longest chain of files that extend each other."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What one entry of `per-file` or `per-namespace` says."""

    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a repository and a command line say; without either, nothing."""

    namespaces: tuple[tuple[str, str], ...] = ()
    """Folder (without `/` at its end; empty for the root) and the namespace its documents get."""
    fail_on: Severity = Severity.ERROR
    """A lint fails from this severity on."""
    profile: Profile = "default"
    layers: tuple[Layer, ...] = ()
    """Which rules run, the lowest layer first."""
    severity: tuple[tuple[str, Severity], ...] = ()
    per_file: tuple[tuple[str, Adjusted], ...] = ()
    """Longer patterns come later and hold."""
    per_namespace: tuple[tuple[str, Adjusted], ...] = ()
    baseline: str | None = None
    tomls: tuple[Toml, ...] = ()
    """What this was read from, the lowest first."""

    @property
    def plain(self) -> bool:
        """Tell whether every rule runs and weighs what its page says."""
        changed = self.layers or self.severity or self.per_file or self.per_namespace
        return not changed and self.profile == "default"


@dataclass(frozen=True, slots=True)
class Given:
    """What a command line says: a file instead of the repository's own, and single values.

    Values are TOML statements, each with the option it came by.
    """

    file: File | None = None
    values: tuple[tuple[str, str], ...] = ()


NOTHING: Final = Given()


def settings_of(files: Collection[File], given: Given = NOTHING) -> Settings:
    """Read the settings of a repository's files and a command line; raises `SettingsError`."""
    known = dict(files_of(files).ending(".toml"))
    if not known and given is NOTHING:
        return Settings()
    from meshc.policy import stating  # most repositories state little, many nothing

    return merged([stating.read(toml) for toml in tomls(known, given)])


def tomls(files: Mapping[str, bytes], given: Given) -> Iterator[Toml]:
    """Give every TOML that holds, the lowest first; raises `SettingsError`."""
    from meshc.repo import toml

    own = own_file(files, given)
    if own is not None:
        yield from extended(own, files, (own.file,))
    for option, statement in given.values:
        yield toml.read(option, statement.encode())


def own_file(files: Mapping[str, bytes], given: Given) -> Toml | None:
    """Give the file that speaks for the repository; raises `SettingsError` where two do."""
    from meshc.repo import toml

    if given.file is not None:
        path, content = given.file
        base = ("tool", "meshc") if path.rsplit("/", 1)[-1] == PROJECT_FILE else ()
        return toml.read(path, content, base)
    own = SETTINGS_FILE in files
    if b"tool" in files.get(PROJECT_FILE, b"") and b"meshc" in files[PROJECT_FILE]:
        # Somebody else's file: what is wrong with it is ours to say only if it speaks of us.
        project = toml.read(PROJECT_FILE, files[PROJECT_FILE], ("tool", "meshc"))
        if project.table and own:
            raise project.error(
                (), f"settings stand here and in `{SETTINGS_FILE}`; keep one of the two"
            )
        if project.table:
            return project
    return toml.read(SETTINGS_FILE, files[SETTINGS_FILE]) if own else None


def extended(top: Toml, files: Mapping[str, bytes], chain: tuple[str, ...]) -> Iterator[Toml]:
    """Give what a file extends, then the file; raises `SettingsError` for a cycle or a gap."""
    from meshc.repo import toml

    if "extend" in top.table:
        path = top.table["extend"]
        if not isinstance(path, str):
            raise top.error(("extend",), "`extend` is the path of a file, in quotes")
        if path in chain:
            way = " extends ".join(f"`{one}`" for one in (*chain[chain.index(path) :], path))
            raise top.error(("extend",), f"{way}; a file cannot extend itself")
        if path not in files:
            claim = f"the repository holds no settings file `{path}`; the path counts from its root"
            raise top.error(("extend",), claim)
        if len(chain) >= EXTENDED:
            raise top.error(("extend",), f"more than {EXTENDED} files extend each other")
        base = ("tool", "meshc") if path == PROJECT_FILE else ()
        yield from extended(toml.read(path, files[path], base), files, (*chain, path))
    yield top


def merged(parts: list[Settings]) -> Settings:
    """Lay settings over each other, the lowest first: tables by entry, everything else whole."""
    namespaces: dict[str, str] = {}
    severity: dict[str, Severity] = {}
    per_file: dict[str, Adjusted] = {}
    per_namespace: dict[str, Adjusted] = {}
    fail_on = Severity.ERROR
    profile: Profile = "default"
    baseline: str | None = None
    for part in parts:
        namespaces |= dict(part.namespaces)
        severity |= dict(part.severity)
        per_file |= dict(part.per_file)
        per_namespace |= dict(part.per_namespace)
        stated = {key for toml in part.tomls for key in toml.table}
        fail_on = part.fail_on if "fail-on" in stated else fail_on
        profile = part.profile if "profile" in stated else profile
        baseline = part.baseline if "baseline" in stated else baseline
    return Settings(
        namespaces=tuple(sorted(namespaces.items())),
        fail_on=fail_on,
        profile=profile,
        layers=tuple(layer for part in parts for layer in part.layers),
        severity=tuple(sorted(severity.items())),
        per_file=tuple(sorted(per_file.items(), key=lambda entry: (len(entry[0]), entry[0]))),
        per_namespace=tuple(sorted(per_namespace.items())),
        baseline=baseline,
        tomls=tuple(toml for part in parts for toml in part.tomls),
    )


__all__ = ["Adjusted", "Given", "Layer", "Settings", "SettingsError", "settings_of"]
