"""A rule admits everybody to everything.

Why it matters:
`anyone` without operations is every workload of the mesh, now and later, on every path and port. It
switches the default of denying off.

What to do:
Name the callers, or the operations that everybody needs.
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
FOUND_BY: Final = "rule"
SEES: Final = "row"
HELP: Final = "name the callers, or the operations that everybody needs"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone]}]
#         ^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    health: {match: ["GET /health"]}
  allow: [{from: [anyone], operations: [health]}]
"""),
)


def check(mesh: Mesh) -> Iterator[Found]:
    """Find rules of services that are limited by nothing; a gateway's public is its purpose."""
    allow = mesh.table("allow")
    # Asked in this order: few rules name no operation, and only of those the lists are read.
    rows = allow.matching(operations=None, conditions=0, gateway=False, callers__contains="anyone")
    for row, service in zip(rows, allow.values("service", rows), strict=True):
        yield Found(f"a rule of `{service}` admits everybody to everything", *allow.place(row))
