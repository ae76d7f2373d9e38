"""The compiler's public face: files in, findings and slices out.

Command line and controller use it.

No clock, no folder, no network: the same files give the same findings and the same bytes. Slices
never come from kept findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from meshc import mesh as meshes
from meshc import rules
from meshc.findings import Finding, Severity, ordered, worst
from meshc.policy.judging import PLAIN, Asked, judge
from meshc.policy.selection import named
from meshc.policy.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from meshc._native import Mesh
    from meshc.findings import Suppressed
    from meshc.policy.settings import Settings
    from meshc.repo.listing import File


@dataclass(frozen=True, slots=True)
class Linted:
    """A linked mesh and everything found in it that counts, sorted."""

    findings: tuple[Finding, ...]
    linked: Callable[[], Mesh]
    """Links when it is first asked: findings that are known already need no mesh."""
    settings: Settings
    suppressed: tuple[Suppressed, ...] = ()
    """What was found and hidden, each with the reason."""

    @property
    def mesh(self) -> Mesh:
        """Give the mesh."""
        return self.linked()

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


class Kept(Protocol):
    """Findings of earlier runs; see `meshc.cache`."""

    def of(
        self,
        files: Sequence[tuple[str, bytes]],
        said: Sequence[str],
        find: Callable[[], tuple[Finding, ...]],
    ) -> tuple[Finding, ...]:
        """Give what `find` gives for these files; `said` is what else it depends on."""


def lint_files(files: Sequence[File], asked: Asked = PLAIN, kept: Kept | None = None) -> Linted:
    """Link files, run every rule, and say what of it counts.

    Raises `SettingsError` for settings or a baseline that are none.
    """
    settings = asked.settings or settings_of(files, asked.given)
    beside = {settings.baseline}
    intents = [file for file in files if not file[0].endswith(".toml") and file[0] not in beside]
    linked = cache(lambda: meshes.link(intents, settings.namespaces))

    def find() -> tuple[Finding, ...]:
        return rules.run(linked(), intents, asked.at)

    said = [*(part for one in settings.namespaces for part in one), f"at {asked.at}"]
    found = kept.of(intents, said, find) if kept else find()
    on_text = rules.run_on_text(intents, named(settings.layers))
    judged = judge(ordered((*found, *on_text)) if on_text else found, files, settings, asked)
    return Linted(judged.findings, linked, settings, judged.suppressed)


def compile_files(files: Sequence[File], commit: str) -> Compiled:
    """Compile files; `commit` is the full Git name they come from, or `worktree`."""
    linted = lint_files(files)
    slices = tuple(linted.mesh.slices()) if linted.fit else ()
    return Compiled(linted.findings, linted.mesh, commit, slices)


compile = compile_files  # noqa: A001 - read as `compiling.compile`
