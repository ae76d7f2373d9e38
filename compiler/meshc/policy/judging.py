"""From everything that was found to what counts: settings first, then what hides single findings.

Pure: the same files, settings and day give the same answer, in whatever order rules found it.
"""

from __future__ import annotations

from meshc.findings import Severity, Suppressed, ordered
from meshc.policy.selection import (
    adjustable,
    closeness,
    closest,
    runs,
    suppressible,
    weight,
)
from meshc.policy.settings import NOTHING, Given, Settings
from meshc.record import dataclass, replace
from meshc.repo.listing import files_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

    from meshc._native import Files
    from meshc.findings import Finding
    from meshc.mesh.sources import Sources
    from meshc.policy.baseline import Baseline
    from meshc.policy.settings import Adjusted
    from meshc.policy.suppressions import Comments
    from meshc.policy.waivers import Object, Objects, Waiver
    from meshc.repo.listing import File
    from meshc.rules.rule import Found


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asks beyond the files."""

    given: Given = NOTHING
    """What the command line says about settings."""
    at: str | None = None
    """The day on which suppressions may have ended, as ISO 8601 writes it; without one none has."""
    known: Baseline | None = None
    """Takes the place of the baseline that the settings name."""
    settings: Settings | None = None
    """Takes the place of the repository's settings."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What counts, and what is hidden; both sorted."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()


PLAIN: Final = Asked()


def judge(
    found: tuple[Finding, ...], files: Sequence[File], settings: Settings, asked: Asked = PLAIN
) -> Judged:
    """Say which findings count; raises `SettingsError` for a baseline that is none."""
    files = files_of(files)
    marked = [one for one in map(files.__getitem__, files.holding(b"meshc:")) if is_intent(one[0])]
    waivers = [path for path, _ in map(files.__getitem__, files.holding(b"Waiver"))]
    waiving = [path for path in waivers if is_intent(path)]
    known = asked.known or baseline_of(files, settings)
    if settings.plain and known is None and not marked and not waiving:
        return Judged(found)
    court = Court(files, settings, asked.at, known)
    return court.judge(found, marked, waiving)


def is_intent(path: str) -> bool:
    """Tell whether a file holds documents, and no keys or settings."""
    return path.endswith((".yaml", ".yml"))


def baseline_of(files: Files, settings: Settings) -> Baseline | None:
    """Read the baseline that settings name; one that is not there knows nothing yet."""
    if settings.baseline is None:
        return None
    from meshc.policy import baseline

    content = files.get(settings.baseline)
    if content is None:
        return baseline.Baseline(settings.baseline, {})
    return replace(baseline.decode(settings.baseline, content), file=settings.baseline)


class Court:
    """Everything that one judgement looks at."""

    def __init__(
        self, files: Files, settings: Settings, at: str | None, known: Baseline | None
    ) -> None:
        """Take files, settings, the day and what is known."""
        from meshc.mesh.sources import Sources
        from meshc.policy.waivers import Objects

        self.files = files
        self.settings = settings
        self.at = at
        self.known = known
        self.sources: Sources = Sources(files)
        self.objects: Objects = Objects(self.sources, settings.namespaces)

    def judge(
        self, found: tuple[Finding, ...], marked: Sequence[File], waiving: Sequence[str]
    ) -> Judged:
        """Judge what was found."""
        from meshc.policy import suppressions, waivers

        comments = suppressions.read(marked)
        waived = waivers.read(waiving, self.sources, self.objects)
        hidden: list[Suppressed] = []
        counted: list[Finding] = []
        for one in self.weighed(found):
            why = self.excused(one, comments, waived)
            if why is None:
                counted.append(one)
            else:
                hidden.append(why)
        counted, old = self.parted(counted)
        hidden += old
        watched = self.weighed(self.made(self.hygiene(found, comments, waived)))
        hidden.sort(key=lambda one: (one.finding.primary, one.finding.code, one.finding.message))
        return Judged(ordered([*counted, *watched]), tuple(hidden))

    def weighed(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """Give the findings of rules that run, each with what it weighs here."""
        settings = self.settings
        if settings.plain:
            yield from found
            return
        running: dict[str, bool] = {}
        for one in found:
            code = one.code
            if code not in running:
                running[code] = runs(code, settings.layers)
            severity = self.severity(one) if running[code] else None
            if severity is not None:
                yield one if severity is one.severity else replace(one, severity=severity)

    def severity(self, one: Finding) -> Severity | None:
        """Give what a finding weighs; nothing where it does not count at its place."""
        code = one.code
        if not adjustable(code):
            return one.severity
        settings = self.settings
        found = closest(dict(settings.severity), code) or weight(code, settings.profile)
        says = self.of_file(one.primary.file)
        if settings.per_namespace:
            place = one.primary
            home = self.objects.at(place.file, place.start)
            own = dict(settings.per_namespace).get(home.namespace) if home else None
            says = [own, *says] if own else says
        for entry in says:
            chosen = closest(dict(entry.severity), code)
            ignored = closeness(entry.ignore, code)
            stated = closeness([prefix for prefix, _ in entry.severity], code)
            if ignored and ignored >= stated:
                return None
            found = chosen or found
        return found

    def of_file(self, path: str) -> list[Adjusted]:
        """Give what settings say about a file, the shortest pattern first."""
        if not self.settings.per_file:
            return []
        from meshc.policy.patterns import pattern

        return [entry for glob, entry in self.settings.per_file if pattern(glob).match(path)]

    def excused(
        self, one: Finding, comments: Comments, waived: Sequence[Waiver]
    ) -> Suppressed | None:
        """Say what hides a finding; nothing where nothing does."""
        if not suppressible(one.code):
            return None
        if comment := comments.hiding(one, self.at):
            return Suppressed(one, comment.reason, "comment")
        if waived:
            home = self.home(one)
            for waiver in waived:
                if waiver.code == one.code and waiver.object == home and not waiver.ended(self.at):
                    return Suppressed(one, f"{waiver.reason} (Waiver `{waiver.name}`)", "waiver")
        return None

    def home(self, one: Finding) -> Object | None:
        """Give the object that a finding is about."""
        return self.objects.at(one.primary.file, one.primary.start)

    def parted(self, counted: list[Finding]) -> tuple[list[Finding], list[Suppressed]]:
        """Part findings into new ones and those that the baseline knows."""
        if self.known is None:
            return counted, []
        from meshc.policy import baseline

        fresh, old = baseline.new(counted, self.sources, self.known)
        reason = f"known in the baseline of `{self.known.origin}`"
        return fresh, [Suppressed(one, reason, "baseline") for one in old]

    def hygiene(
        self, found: Sequence[Finding], comments: Comments, waived: Sequence[Waiver]
    ) -> Iterator[tuple[str, Found]]:
        """Find what is wrong with suppressions themselves.

        Rules do not see all of a mesh that cannot be compiled, so there nothing is called unused.
        """
        from meshc.policy import baseline, suppressions, waivers

        yield from comments.wrong
        yield from waivers.wrong(waived)
        whole = all(adjustable(one.code) for one in found)
        homes = [(one.code, self.home(one)) for one in found] if waived else []
        watched = [
            *suppressions.hygiene(comments, found, self.at),
            *waivers.hygiene(waived, homes, self.at),
        ]
        yield from (one for one in watched if whole or one[0] != "MC910")
        if self.known is not None and whole:
            yield from baseline.stale(self.known, found, self.sources)

    def made(self, hits: Iterable[tuple[str, Found]]) -> Iterator[Finding]:
        """Give hits the form of findings."""
        from meshc.rules import finding
        from meshc.spans import Texts

        texts = Texts(self.files)
        for code, hit in hits:
            yield finding(texts, code, hit)
