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
from meshc.policy.judging import PLAIN, Asked, judge
from meshc.policy.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from meshc._native import Mesh
    from meshc.findings import Suppressed
    from meshc.policy.settings import Settings
    from meshc.repo.listing import File


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
    """A linked mesh and everything found in it that counts, sorted."""

    findings: tuple[Finding, ...]
    mesh: Mesh
    settings: Settings
    suppressed: tuple[Suppressed, ...] = ()
    """What was found and hidden, each with the reason."""

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


def lint_files(
    files: Sequence[File], asked: Asked = PLAIN, environment: str | None = None
) -> Linted:
    """Link files, run every rule, and say what of it counts: in one Environment or everywhere.

    Without the name of an Environment these are the base and every one; what is found in some
    and not in the base says where. Raises `SettingsError` for settings or a baseline that are
    none, `UnknownEnvironment`.
    """
    settings = asked.settings or settings_of(files, asked.given)
    intents = intents_of(files, settings)
    mesh, found = _run(intents, settings, environment)
    if environment is None and (names := mesh.environments()):
        others = {name: _run(intents, settings, name)[1] for name in names}
        found = ordered([*found, *only_there(found, others)])
    judged = judge(found, files, settings, asked)
    return Linted(judged.findings, mesh, settings, judged.suppressed)


def link_files(files: Sequence[File], environment: str | None = None) -> Mesh:
    """Link files and run no rule; raises `SettingsError`, `UnknownEnvironment`."""
    settings = settings_of(files)
    return meshes.link(intents_of(files, settings), settings.namespaces, environment)


def render_files(files: Sequence[File], environment: str | None = None) -> str:
    """Give every document as it holds and where each value comes from, as JSON.

    Raises `SettingsError`, `UnknownEnvironment`.
    """
    namespaces = settings_of(files).namespaces
    return meshes.render(link_files(files, environment), namespaces, environment)


def intents_of(files: Iterable[File], settings: Settings) -> list[File]:
    """Give the files that may hold intents: neither settings nor a baseline of findings."""
    return [one for one in files if not one[0].endswith(".toml") and one[0] != settings.baseline]


def _run(
    intents: Sequence[File], settings: Settings, environment: str | None
) -> tuple[Mesh, tuple[Finding, ...]]:
    mesh = meshes.link(intents, settings.namespaces, environment)
    return mesh, rules.run(mesh, intents)


def only_there(
    base: Iterable[Finding], found: Mapping[str, Iterable[Finding]]
) -> Iterator[Finding]:
    """Give what is found in Environments and not in the base; each says in which."""
    known = set(base)
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
    mesh, found = _run(intents_of(files, settings), settings, environment)
    judged = judge(found, files, settings, PLAIN)
    fit = worst(judged.findings) is not Severity.ERROR
    return Compiled(judged.findings, mesh, commit, tuple(mesh.slices()) if fit else ())


compile = compile_files  # noqa: A001 - read as `compiling.compile`
