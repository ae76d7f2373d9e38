"""A rule has ended.

Why it matters:
A rule past its `until` admits or denies nobody any more; what was meant to be an exception stays in
the file and reads as if it held. Time is no input of the compiler: this is found only where a day
is asked about (`meshc lint --at 2027-01-31`).

What to do:
Delete the rule, or decide anew and give it a later day.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import Found, fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from meshc._native import Mesh

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "date"
HELP: Final = "delete the rule, or decide anew and give it a later day"
INTENT: Final = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    empty: {match: ["DELETE /carts/{user}"]}
  allow: [{from: [web], operations: [empty], until: "2027-03-31"}]
MARK
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.empty}]
"""
SORTS: Final = ("allow", "deny")
NEVER: Final = -(1 << 62)
"""Seconds before every instant that can be written."""
EXAMPLES: Final = (
    fails(INTENT.replace("MARK", "# here"), at="2027-03-31"),
    passes(INTENT.replace("MARK\n", ""), at="2027-03-30"),
)


def check_at(mesh: Mesh, day: str) -> Iterator[Found]:
    """Find rules that ended at the first instant of a day (UTC) or before."""
    if not any(mesh.table(sort).matching(until__gt=NEVER) for sort in SORTS):
        return  # most meshes pay for no calendar
    from datetime import UTC, datetime

    def day_of(seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC)

    now = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    for sort in SORTS:
        rules = mesh.table(sort)
        rows = rules.matching(until__le=now)
        ended = rules.values("until", rows)
        for row, until in zip(rows, ended, strict=True):
            if isinstance(until, int):
                message = f"this {sort} ended on {day_of(until).date().isoformat()}"
                yield Found(message, *rules.place(row))
