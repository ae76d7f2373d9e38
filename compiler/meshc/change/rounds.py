"""Fixes, round by round: find, choose, check, change, until nothing new can be fixed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from meshc.change.edits import Misfit, made, together
from meshc.change.safety import State, objection
from meshc.mesh.sources import Sources
from meshc.rules.fixing import with_fixes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from meshc.compiling import Linted
    from meshc.findings import Finding, Fix
    from meshc.repo.listing import File

    Lint = Callable[[Sequence[File]], Linted]

ROUNDS: Final = 100
"""A fix that another one waits for takes a round; two that undo each other would take forever."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A fix that was not made, and why."""

    finding: Finding
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        place, code = self.finding.primary, self.finding.code
        return f"{place.file}:{place.line}: the fix of {code} is not made: {self.reason}"


@dataclass(slots=True)
class Mended:
    """What became of a run: the state reached, and how."""

    state: State
    fixed: int = 0
    refused: list[Refused] = field(default_factory=list)
    waiting: int = 0
    """Findings left that an unsafe fix would mend."""

    def summary(self, verb: str) -> str:
        """Say in one line what was done; `verb` is `fixed` or `would be fixed`."""
        more = f" ({self.waiting} more with --unsafe-fixes)" if self.waiting else ""
        return f"{self.fixed} {verb}, {len(self.state.linted.findings)} left{more}"


def mend(files: Sequence[File], lint: Lint, *, unsafe: bool) -> Mended:
    """Make every safe fix, and every other one if asked; writes nothing.

    Unsafe fixes wait until no safe one is left. A fix is checked by linting, and if it claims to be
    safe by compiling, the files as they would be; one that fails is left out and said.
    """
    done = Mended(State(tuple(files), lint(files)))
    refused: set[tuple[str, str, str]] = set()
    for _ in range(ROUNDS):
        before = done.state
        offered: dict[Fix, list[Finding]] = {}
        for finding, fix in offers(before):
            if key(finding) not in refused and (fix.safe or unsafe):
                offered.setdefault(fix, []).append(finding)
        safe = any(fix.safe for fix in offered)
        chosen = together(fix for fix in offered if fix.safe is safe)
        trial = Trial(before, lint, safe=safe)
        trial.take(chosen)
        for fix, reason in trial.refused:
            refused.update(map(key, offered[fix]))
            done.refused.append(Refused(offered[fix][0], reason))
        done.fixed += len(trial.accepted)
        done.state = trial.state
        if not chosen or (done.state.files == before.files and not trial.refused):
            break
    done.waiting = 0 if unsafe else sum(not fix.safe for _, fix in offers(done.state))
    return done


def offers(state: State) -> Iterator[tuple[Finding, Fix]]:
    """Give each finding with the fix it has, safe before unsafe, else in order."""
    for finding in with_fixes(state.linted.findings, Sources(state.files)):
        for fix in sorted(finding.fixes, key=lambda one: not one.safe)[:1]:
            yield finding, fix


def key(finding: Finding) -> tuple[str, str, str]:
    """Name a finding by what does not move when another one is fixed."""
    return finding.primary.file, finding.code, finding.message


class Trial:
    """Fixes tried together on one state; if that fails, by halves until the bad ones are alone."""

    __slots__ = ("_before", "_lint", "_safe", "accepted", "refused", "state")

    def __init__(self, before: State, lint: Lint, *, safe: bool) -> None:
        """Begin with nothing accepted."""
        self._before, self._lint, self._safe = before, lint, safe
        self.accepted: list[Fix] = []
        self.refused: list[tuple[Fix, str]] = []
        self.state = before

    def take(self, fixes: list[Fix]) -> None:
        """Accept what can be accepted on top of what is."""
        if not fixes:
            return
        after = self._attempt([*self.accepted, *fixes])
        if isinstance(after, State):
            self.accepted += fixes
            self.state = after
        elif len(fixes) == 1:
            self.refused.append((fixes[0], after))
        else:
            half = len(fixes) // 2
            self.take(fixes[:half])
            self.take(fixes[half:])

    def _attempt(self, fixes: list[Fix]) -> State | str:
        try:
            files = made(self._before.files, fixes)
        except Misfit as misfit:
            return str(misfit)
        after = State(files, self._lint(files))
        return objection(self._before, after, safe=self._safe) or after
