"""The compiler's public face: files in, findings and slices out.

Command line and controller use it.

No clock, no folder, no network: the same files give the same findings and the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meshc import mesh as meshes
from meshc import rules
from meshc.findings import Finding, Severity, ordered, worst
from meshc.mesh import UnknownEnvironment
from meshc.repo.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from meshc._native import Mesh
    from meshc.repo.listing import File
    from meshc.repo.settings import Settings


__all__ = [
    "Compiled",
    "Linted",
    "UnknownEnvironment",
    "compile_files",
    "link_files",
    "lint_files",
    "render_files",
]


@dataclass(frozen=True, slots=True)
class Linted:
    """A linked mesh and everything found in it, sorted."""

    findings: tuple[Finding, ...]
    mesh: Mesh
    settings: Settings

    @property
    def fit(self) -> bool:
        """Tell whether nothing keeps it from being compiled."""
        return worst(self.findings) is not Severity.ERROR


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mesh with one slice per workload; without slices if an error was found."""

    findings: tuple[Finding, ...]
    mesh: Mesh
    commit: str
    slices: tuple[tuple[str, bytes, bytes], ...]
    """`(workload, slice, places)`, sorted by workload; slice and places are RFC 8785 JSON."""

    @property
    def fit(self) -> bool:
        """Tell whether it may be signed."""
        return worst(self.findings) is not Severity.ERROR


def lint_files(files: Sequence[File], environment: str | None = None) -> Linted:
    """Link files and run every rule, in the base and in every Environment, or in one.

    What is found in Environments and not in the base says in which. Raises `SettingsError` for a
    `meshc.toml` that is none, `UnknownEnvironment`.
    """
    settings = settings_of(files)
    intents = [file for file in files if not file[0].endswith(".toml")]
    linted = _linted(intents, settings, environment)
    if environment is not None:
        return linted
    names = linted.mesh.environments()
    found = {name: _linted(intents, settings, name).findings for name in names}
    return replace(linted, findings=ordered([*linted.findings, *only_there(linted, found)]))


def link_files(files: Sequence[File], environment: str | None = None) -> Mesh:
    """Link files and run no rule; raises `SettingsError`, `UnknownEnvironment`."""
    intents = [file for file in files if not file[0].endswith(".toml")]
    return meshes.link(intents, settings_of(files).namespaces, environment)


def render_files(files: Sequence[File], environment: str | None = None) -> str:
    """Give every document as it holds and where each value comes from, as JSON.

    Raises `SettingsError`, `UnknownEnvironment`.
    """
    namespaces = settings_of(files).namespaces
    return meshes.render(link_files(files, environment), namespaces, environment)


def _linted(intents: Sequence[File], settings: Settings, environment: str | None) -> Linted:
    mesh = meshes.link(intents, settings.namespaces, environment)
    return Linted(rules.run(mesh, intents), mesh, settings)


def only_there(base: Linted, found: Mapping[str, Iterable[Finding]]) -> Iterator[Finding]:
    """Give what is found in Environments and not in the base; each says in which."""
    known = set(base.findings)
    names: dict[Finding, list[str]] = {}
    for name, findings in found.items():
        for finding in findings:
            if finding not in known:
                names.setdefault(finding, []).append(f"`{name}`")
    for finding, where in names.items():
        plural = "s" if len(where) > 1 else ""
        message = f"in environment{plural} {', '.join(where)}: {finding.message}"
        yield replace(finding, message=message)


def compile_files(files: Sequence[File], commit: str, environment: str | None = None) -> Compiled:
    """Compile files: the base, or an Environment; raises `SettingsError`, `UnknownEnvironment`.

    `commit` is the full Git name they come from, or `worktree`.
    """
    settings = settings_of(files)
    intents = [file for file in files if not file[0].endswith(".toml")]
    linted = _linted(intents, settings, environment)
    slices = tuple(linted.mesh.slices()) if linted.fit else ()
    return Compiled(linted.findings, linted.mesh, commit, slices)


compile = compile_files  # noqa: A001 - read as `compiling.compile`
