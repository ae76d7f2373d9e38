"""A service is called by nobody and calls nobody.

Why it matters:
It is no part of the mesh: either its callers forgot to declare their calls, or it can go. A call of
every service, for an operation that a Baseline adds (`*/*.metrics`), is no call of this one.

Nothing is said of a service that a misspelt call may have meant, and of none while nobody knows who
calls whom: a document, or the calls of one, could not be understood.

What to do:
Declare the calls that lead to it, or delete its intent.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import Found, fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from meshc._native import Mesh

SEVERITY: Final = Severity.INFO
FOUND_BY: Final = "rule"
SEES: Final = "mesh"
HELP: Final = "declare the calls that lead to it, or delete it"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
#                ^^^^ here
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [web], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart}]
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
#                ^^^^ here
spec:
  ports: [{name: api, port: 8080, protocol: http}]
---
apiVersion: meshc.dev/v1
kind: Baseline
metadata: {name: scraping, namespace: shop}
spec:
  operations: {metrics: {match: ["GET /metrics"]}}
  allow: [{from: [scraper], operations: [metrics]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: scraper, namespace: shop}
spec:
  calls: [{to: "*/*.metrics"}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [scraper], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: Baseline
metadata: {name: scraping, namespace: shop}
spec:
  operations: {metrics: {match: ["GET /metrics"]}}
  allow: [{from: [scraper], operations: [metrics]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: scraper, namespace: shop}
spec:
  calls: [{to: "*/*.metrics"}, {to: cart}]
"""),
)


def check(mesh: Mesh) -> Iterator[Found]:
    """Find workloads without an edge."""
    services = mesh.table("services")
    # Asked in this order: few call nobody, and only of those the callers are looked through.
    rows = services.matching(callees=0, callersByName=0)
    called = mesh.perhaps_called() if rows else None
    if called is None:
        return
    for row, name in zip(rows, services.values("service", rows), strict=True):
        if name not in called:
            yield Found(f"`{name}` is called by nobody and calls nobody", *services.place(row))
