"""`meshc.toml`: namespaces of folders, and from which severity on a lint fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc.findings import Severity
from meshc.names import LABEL
from meshc.repo.listing import SETTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshc.repo.listing import File


class SettingsError(Exception):
    """`meshc.toml` says something it cannot; the message says what."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `meshc.toml` says; without one, nothing."""

    namespaces: tuple[tuple[str, str], ...] = ()
    """Folder (without `/` at its end; empty for the root) and the namespace its documents get."""
    fail_on: Severity = Severity.ERROR
    """A lint fails from this severity on."""


def settings_of(files: Iterable[File]) -> Settings:
    """Read the settings among a repository's files; raises `SettingsError`."""
    content = next((content for path, content in files if path == SETTINGS_FILE), None)
    return Settings() if content is None else parse(content)


def parse(content: bytes) -> Settings:
    """Read the content of a `meshc.toml`; raises `SettingsError`."""
    import tomllib  # most of its time is paid only where the file exists

    try:
        table = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{SETTINGS_FILE}: {error}") from None
    if unknown := sorted(set(table) - {"namespaces", "fail-on"}):
        raise SettingsError(
            f"{SETTINGS_FILE}: unknown key `{unknown[0]}`; known: fail-on, namespaces"
        )
    return Settings(
        namespaces(table.get("namespaces", {})), severity(table.get("fail-on", "error"))
    )


def severity(value: object) -> Severity:
    """Read `fail-on`."""
    if value not in list(Severity):
        raise SettingsError(f"{SETTINGS_FILE}: `fail-on` is one of error, warning, info")
    return Severity(str(value))


def namespaces(value: object) -> tuple[tuple[str, str], ...]:
    """Read the table `[namespaces]`: folder to namespace."""
    if not isinstance(value, dict):
        raise SettingsError(f'{SETTINGS_FILE}: `namespaces` is a table of folder = "namespace"')
    rows = []
    for folder, namespace in value.items():
        if not isinstance(namespace, str) or not LABEL.match(namespace):
            raise SettingsError(f"{SETTINGS_FILE}: the namespace of `{folder}` is no DNS label")
        rows.append((str(folder).strip("/").removeprefix("./").removesuffix("."), namespace))
    return tuple(sorted(rows))
