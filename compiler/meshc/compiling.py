"""The compiler's public face: files in, findings and slices out.

Command line and controller use it.

No clock, no folder, no network: the same files give the same findings and the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc import mesh as meshes
from meshc import rules
from meshc.findings import Finding, Severity, worst
from meshc.policy.judging import PLAIN, Asked, judge
from meshc.policy.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc._native import Mesh
    from meshc.findings import Suppressed
    from meshc.policy.settings import Settings
    from meshc.repo.listing import File


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


def lint_files(files: Sequence[File], asked: Asked = PLAIN) -> Linted:
    """Link files, run every rule, and say what of it counts.

    Raises `SettingsError` for settings or a baseline that are none.
    """
    settings = asked.settings or settings_of(files, asked.given)
    beside = {settings.baseline}
    intents = [file for file in files if not file[0].endswith(".toml") and file[0] not in beside]
    mesh = meshes.link(intents, settings.namespaces)
    judged = judge(rules.run(mesh, intents, asked.at), files, settings, asked)
    return Linted(judged.findings, mesh, settings, judged.suppressed)


def compile_files(files: Sequence[File], commit: str) -> Compiled:
    """Compile files; `commit` is the full Git name they come from, or `worktree`."""
    linted = lint_files(files)
    slices = tuple(linted.mesh.slices()) if linted.fit else ()
    return Compiled(linted.findings, linted.mesh, commit, slices)


compile = compile_files  # noqa: A001 - read as `compiling.compile`
