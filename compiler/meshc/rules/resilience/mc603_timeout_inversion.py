"""A call waits longer than anybody waits for its caller.

Why it matters:
When the answer comes, whoever asked is gone: the work is done for nobody, and done again if the
caller's caller tries again. Only a time that somebody wrote is held against the times that the
callers of the caller wait; of these the longest counts.

What to do:
Give the call less time than its caller has, or give the caller's operations more.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import Found, fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from meshc._native import Mesh
    from meshc.rules.rule import Origin, Sees

SEVERITY: Final = Severity.WARNING
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "rule"
SEES: Final[Sees] = "edge"
HELP: Final = "give the call less time than its caller has"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read, timeout: 2s}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}]
  calls: [{to: stock.read, timeout: 5s}]
#              ^^^^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: stock, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /stock/{item}"]}
  allow: [{from: [cart], operations: [read]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read, timeout: 2s}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}]
  calls: [{to: stock.read, timeout: 1s}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: stock, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /stock/{item}"]}
  allow: [{from: [cart], operations: [read]}]
"""),
)


def check(mesh: Mesh) -> Iterator[Found]:
    """Find calls whose written time is longer than anybody waits for the caller."""
    for (waits, (caller, callee, place)), (longest, (first, _, before)) in mesh.graph().inverted():
        flow: list[Origin] = [
            (*before, f"`{first}` waits {longest} for `{caller}`"),
            (*place, f"`{caller}` waits {waits} for `{callee}`"),
        ]
        message = f"waits {waits} for `{callee}`, and nobody waits longer than {longest} for this"
        yield Found(message, *place, related=flow[:1], flow=flow)
