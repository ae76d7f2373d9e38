"""Findings: what is wrong, where, why and what to do; four separate fields, one form for all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshc.spans import Place


class Severity(StrEnum):
    """How much a finding weighs; an error keeps a mesh from being compiled."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Give its weight; a larger one is worse."""
        return RANKS[self]

    def reaches(self, threshold: Severity) -> bool:
        """Tell whether it is at least as bad as a threshold."""
        return self.rank >= threshold.rank


RANKS: Final = {Severity.INFO: 1, Severity.WARNING: 2, Severity.ERROR: 3}


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that has to do with a finding, and what."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake.

    `message` and `hint` are one line each, lower-case start, no full stop, what a person wrote in
    backticks. `hint` stands beside the carets and says what to write instead; `help` says which
    decision is needed.
    """

    code: str
    name: str
    severity: Severity
    message: str
    primary: Place
    related: tuple[Related, ...] = ()
    help: str | None = None
    hint: str | None = None


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by place, then code and message, without repeats; the input's order never shows."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda one: (one.primary, one.code, one.message)))


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Give the gravest severity; nothing where there is no finding."""
    return max((one.severity for one in findings), key=lambda one: one.rank, default=None)
