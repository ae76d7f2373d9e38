"""A call is declared that its callee does not offer to this caller.

Why it matters:
Every such request would be denied at the callee. Both halves of an edge are needed: the caller's
`calls` and the callee's `allow`.

What to do:
Add the caller to an allow rule of the callee, or delete the call.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "add this caller to an `allow` of the callee, or delete the call"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cron, namespace: shop}
spec:
  calls: [{to: cart.read}]
#              ^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
"""),
)
