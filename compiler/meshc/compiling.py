"""The compiler's public face: files in, findings and slices out.

Command line and controller use it.

No clock, no folder, no network: the same files give the same findings and the same bytes. Slices
never come from kept findings.
"""

from __future__ import annotations

from meshc import mesh as meshes
from meshc import rules
from meshc.findings import Finding, Severity, ordered, worst
from meshc.mesh import UnknownEnvironment
from meshc.policy.judging import PLAIN, Asked, judge
from meshc.policy.selection import named
from meshc.policy.settings import settings_of
from meshc.record import dataclass, replace
from meshc.repo.listing import files_of
from meshc.spans import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Protocol, TypeVar

    from meshc._native import Emitted, Files, Mesh
    from meshc.findings import Suppressed
    from meshc.policy.settings import Settings
    from meshc.repo.listing import File

    T = TypeVar("T")

    class Kept(Protocol):
        """What is kept of earlier runs; see `meshc.cache`."""

        def of(
            self,
            files: Sequence[tuple[str, bytes]],
            said: Sequence[str],
            find: Callable[[], tuple[Finding, ...]],
        ) -> tuple[Finding, ...]:
            """Give what `find` gives for these files; `said` is what else it depends on."""

        def mesh(
            self,
            files: Sequence[tuple[str, bytes]],
            namespaces: Sequence[tuple[str, str]],
            link: Callable[[], Mesh],
        ) -> Mesh:
            """Give what `link` gives for these files."""


__all__ = [
    "Compiled",
    "Linted",
    "UnknownEnvironment",
    "compile_files",
    "link_files",
    "lint_files",
    "relint_files",
    "render_files",
]


@dataclass(frozen=True, slots=True)
class Linted:
    """A linked mesh and everything found in it that counts, sorted."""

    findings: tuple[Finding, ...]
    linked: Callable[[], Mesh]
    """Links when it is first asked: findings that are known already need no mesh."""
    settings: Settings
    files: Files
    """What was linted, sorted by path."""
    intents: Files
    """Those of them that may hold intents."""
    texts: Texts
    """All of them, ready to be asked for places."""
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


Slice = tuple[str, bytes, bytes]
"""`(workload, slice, places)`."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mesh with one slice per workload; without slices if an error was found."""

    findings: tuple[Finding, ...]
    mesh: Mesh
    commit: str
    emit: Callable[[], Emitted | None]
    """Emits when it is first asked: whoever needs digests alone asks the mesh for its manifest."""

    @property
    def slices(self) -> tuple[Slice, ...]:
        """Give `(workload, slice, places)`, sorted by workload; both are RFC 8785 JSON."""
        emitted = self.emit()
        return emitted.slices if emitted else ()

    @property
    def callees(self) -> dict[str, bytes]:
        """Give what the slices name, by digest: what each callee is to its callers."""
        emitted = self.emit()
        return emitted.callees if emitted else {}

    @property
    def fit(self) -> bool:
        """Tell whether it may be signed."""
        return worst(self.findings) is not Severity.ERROR


def lint_files(
    files: Sequence[File],
    asked: Asked = PLAIN,
    *,
    environment: str | None = None,
    kept: Kept | None = None,
) -> Linted:
    """Link files, run every rule, and say what of it counts: in one Environment or everywhere.

    Without the name of an Environment these are the base and every one; what is found in some
    and not in the base says where. Raises `SettingsError` for settings or a baseline that are
    none, `UnknownEnvironment`.
    """
    files = files_of(files)
    settings = asked.settings or settings_of(files, asked.given)
    intents = intents_of(files, settings)
    namespaces = settings.namespaces

    def link() -> Mesh:
        if kept is None:
            return meshes.link(intents, namespaces, environment)
        base = kept.mesh(intents, namespaces, lambda: meshes.link(intents, namespaces))
        return base if environment is None else meshes.within(base, namespaces, environment)

    linked = once(link)

    texts = Texts(files)

    def find() -> tuple[Finding, ...]:
        return found_in(linked(), (intents, texts), settings, asked.at, environment)

    said = [part for one in settings.namespaces for part in one]
    said += [f"at {asked.at}", f"in {environment}"]
    found = kept.of(intents, said, find) if kept else find()
    return judged(found, linked, (files, intents, texts), settings, asked)


def relint_files(earlier: Linted, changed: Mapping[str, bytes], asked: Asked = PLAIN) -> Linted:
    """Lint the files of an earlier lint, of the base and every Environment, with some changed.

    The same as linting all of them anew, and as fast as the change is small. Raises
    `SettingsError`.
    """
    files = earlier.files.changed(list(changed.items()))
    settings = earlier.settings
    plain = not any(one.endswith(".toml") or one == settings.baseline for one in changed)
    mesh = plain and meshes.patched(earlier.mesh, list(changed.items()), settings.namespaces)
    if not mesh:
        return lint_files(files, asked)
    # Nothing that is patched is new, so every change is of a file that is there already.
    intents = earlier.intents.changed(list(changed.items()))
    texts = earlier.texts.changed(files, changed)
    found = found_in(mesh, (intents, texts), settings, asked.at)
    return judged(found, lambda: mesh, (files, intents, texts), settings, asked)


def found_in(
    mesh: Mesh,
    sources: tuple[Files, Texts],
    settings: Settings,
    day: str | None,
    environment: str | None = None,
) -> tuple[Finding, ...]:
    """Run every rule; over the base also in each Environment that it declares.

    `sources` are the files that may hold intents, and texts of them.
    """
    intents, texts = sources
    found = rules.run(mesh, intents, day, texts)
    if environment is not None or not (names := mesh.environments()):
        return found
    others = {
        name: rules.run(meshes.within(mesh, settings.namespaces, name), intents, day, texts)
        for name in names
    }
    return ordered([*found, *only_there(found, others)])


def judged(
    found: tuple[Finding, ...],
    linked: Callable[[], Mesh],
    sources: tuple[Files, Files, Texts],
    settings: Settings,
    asked: Asked,
) -> Linted:
    """Say what of it counts; `sources` are all files, those that may hold intents, and texts."""
    files, intents, texts = sources
    on_text = rules.run_on_text(intents, named(settings.layers))
    what = judge(ordered((*found, *on_text)) if on_text else found, files, settings, asked)
    return Linted(what.findings, linked, settings, files, intents, texts, what.suppressed)


def link_files(files: Sequence[File], environment: str | None = None) -> Mesh:
    """Link files and run no rule; raises `SettingsError`, `UnknownEnvironment`."""
    files = files_of(files)
    settings = settings_of(files)
    return meshes.link(intents_of(files, settings), settings.namespaces, environment)


def render_files(files: Sequence[File], environment: str | None = None) -> str:
    """Give every document as it holds and where each value comes from, as JSON.

    Raises `SettingsError`, `UnknownEnvironment`.
    """
    namespaces = settings_of(files).namespaces
    return meshes.render(link_files(files, environment), namespaces, environment)


def intents_of(files: Files, settings: Settings) -> Files:
    """Give the files that may hold intents: neither settings nor a baseline of findings."""
    others = [path for path, _ in files.ending(".toml")]
    others += [settings.baseline] if settings.baseline is not None else []
    return files.without(others) if others else files


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
    files = files_of(files)
    settings = settings_of(files)
    intents = intents_of(files, settings)
    mesh = meshes.link(intents, settings.namespaces, environment)
    judged = judge(rules.run(mesh, intents), files, settings, PLAIN)
    fit = worst(judged.findings) is not Severity.ERROR
    return Compiled(judged.findings, mesh, commit, once(lambda: mesh.emit() if fit else None))


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Give what gives what `make` makes, and makes it when it is first asked."""
    made: list[T] = []

    def given() -> T:
        if not made:
            made.append(make())
        return made[0]

    return given


compile = compile_files  # noqa: A001 - read as `compiling.compile`
