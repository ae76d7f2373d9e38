"""What a report is made of: findings, the sources they point into, and how to show them."""

from __future__ import annotations

from meshc.findings import Severity
from meshc.record import dataclass
from meshc.report.plain import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from meshc.findings import Finding, Suppressed
    from meshc.spans import Place, Texts


@dataclass(frozen=True, slots=True)
class Run:
    """One lint to report.

    `prefix` goes before every path, so that it holds from where the reader stands; empty or with
    a slash at its end. `threshold` is the severity from which on the run fails. `fingerprint`
    names a finding so that the name outlives moved lines. Formats for people have `colour`, and
    show `limit` findings at most, 0 for all of them.
    """

    findings: tuple[Finding, ...]
    texts: Texts
    fingerprint: Callable[[Finding], str]
    suppressed: tuple[Suppressed, ...] = ()
    prefix: str = ""
    threshold: Severity = Severity.ERROR
    colour: bool = False
    limit: int = 0

    def path(self, place: Place) -> str:
        """Give a place's file as the reader finds it."""
        return f"{self.prefix}{place.file}"

    def where(self, place: Place) -> str:
        """Name a place as editors open it, safe to print at the head of a line.

        Two colons there would be a command to GitHub's runner.
        """
        path = shown(self.path(place))
        head = "./" if path.startswith(":") else ""
        return f"{head}{path}:{place.line}:{place.column}"

    def fails(self, finding: Finding) -> bool:
        """Tell whether a finding is grave enough to fail the run."""
        return finding.severity.reaches(self.threshold)

    def identities(self) -> list[str]:
        """Give each finding's fingerprint, in order; a repeated one gets its number behind it."""
        return self.identify(self.findings)

    def identify(self, findings: tuple[Finding, ...]) -> list[str]:
        """Give the fingerprints of other findings of this run, told apart in the same way."""
        seen: dict[str, int] = {}
        names = []
        for one in findings:
            name = self.fingerprint(one)
            seen[name] = seen.get(name, 0) + 1
            names.append(name if seen[name] == 1 else f"{name}:{seen[name]}")
        return names

    def shortened(self) -> tuple[tuple[Finding, ...], int]:
        """Give the findings to show, in order, and how many are left out: the mildest ones."""
        limit = self.limit
        if not limit or len(self.findings) <= limit:
            return self.findings, 0
        order = range(len(self.findings))
        # Sorting is stable: the gravest come first, and among equals the first by place.
        gravest = sorted(order, key=lambda number: -self.findings[number].severity.rank)
        kept = sorted(gravest[:limit])
        return tuple(self.findings[number] for number in kept), len(self.findings) - limit


def more(hidden: int) -> str:
    """Say how many findings a limit left out."""
    return f"... and {hidden:,} more finding{'s' * (hidden != 1)}; `--limit 0` shows all"


def summary(findings: Sequence[Finding]) -> str:
    """Count findings by severity in one line."""
    if not findings:
        return "no findings"
    counts = [
        f"{count:,} {name}{'' if count == 1 or name == 'info' else 's'}"
        for name in ("error", "warning", "info")
        if (count := sum(one.severity == name for one in findings))
    ]
    return ", ".join(counts)


def fixable(findings: Sequence[Finding]) -> str:
    """Say in one line how many can be fixed, and how; empty where none can."""
    safe = sum(any(fix.safe for fix in one.fixes) for one in findings)
    unsafe = sum(bool(one.fixes) for one in findings) - safe
    said = [f"{safe:,} fixable with `--fix`"] if safe else []
    if unsafe:
        said.append(f"{unsafe:,} {'more' if safe else 'fixable'} with `--unsafe-fixes`")
    return ", ".join(said)
