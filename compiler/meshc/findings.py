"""Findings: what is wrong, where, why and what to do; four separate fields, one form for all."""

from __future__ import annotations

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import ClassVar, Final, Literal

    from meshc.spans import Place


class Severity(str):
    """How much a finding weighs; an error keeps a mesh from being compiled.

    There is one object of each, and no other: they may be compared by `is`. No `StrEnum`, whose
    module takes as long to import as all of ours that know severities.
    """

    __slots__ = ("rank",)

    ERROR: ClassVar[Severity]
    WARNING: ClassVar[Severity]
    INFO: ClassVar[Severity]

    rank: int
    """Its weight; a larger one is worse."""

    def __new__(cls, name: str) -> Severity:  # noqa: PYI034 - one of three objects
        """Give the severity of a name; raises `ValueError` for what is none."""
        found = SEVERITIES.get(name)
        if found is None:
            raise ValueError(f"`{name}` is no severity")
        return found

    def reaches(self, threshold: Severity) -> bool:
        """Tell whether it is at least as bad as a threshold."""
        return self.rank >= threshold.rank


def named(name: str, rank: int) -> Severity:
    """Make a severity."""
    made = str.__new__(Severity, name)
    made.rank = rank
    return made


Severity.ERROR = named("error", 3)
Severity.WARNING = named("warning", 2)
Severity.INFO = named("info", 1)
SEVERITIES: Final = {str(one): one for one in (Severity.ERROR, Severity.WARNING, Severity.INFO)}
"""By name, the gravest first."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that has to do with a finding, and what."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Bytes of one file that give way to others; `start` and `end` alike insert."""

    file: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding, in one file or several; all of them or none.

    `message` says in one line what they do (`put `on` in quotes`). A safe fix leaves the
    compiled snapshot as it is, byte for byte, or makes readable what was not read; any other may
    change what the mesh does, and is applied only where somebody asks for that.
    """

    message: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake.

    `message` and `hint` are one line each, lower-case start, no full stop, what a person wrote in
    backticks. `hint` stands beside the carets and says what to write instead; `help` says which
    decision is needed. `flow` is the way from cause to effect where the finding claims one: a path
    of calls, one place a hop, in order.
    """

    code: str
    name: str
    severity: Severity
    message: str
    primary: Place
    related: tuple[Related, ...] = ()
    help: str | None = None
    hint: str | None = None
    flow: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that somebody decided to live with, and why."""

    finding: Finding
    reason: str
    by: Literal["comment", "waiver", "baseline"]

    @property
    def inline(self) -> bool:
        """Tell a comment in the intent itself from a document or a file beside it."""
        return self.by == "comment"


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by place, then code and message, without repeats; the input's order never shows."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda one: (one.primary, one.code, one.message)))


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Give the gravest severity; nothing where there is no finding."""
    return max((one.severity for one in findings), key=lambda one: one.rank, default=None)
