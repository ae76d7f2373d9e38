"""Two operations, routes or items of traffic match one request and neither is more specific.

Why it matters:
Every request has exactly one operation, one route and one item of traffic; which of the two applies
would depend on the order in which they happen to be written.

What to do:
Make one of the two narrower, or fold them into one.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "make one of the two narrower"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    a: {match: ["GET /x/{id}/b/{n}"]}
    b: {match: ["GET /x/{id}/{name}/c"]}
# here
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  versions: {v1: {labels: {version: v1}}, v2: {labels: {version: v2}}}
  traffic:
    - {name: testers, headers: {x-canary: {equals: always}}, to: [{version: v2}]}
    - {name: guests, headers: {x-guest: {present: true}}, to: [{version: v1}]}
# here
  allow: [{from: [edge], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes:
    - {name: pages, to: web, match: ["GET /{page}/edit"]}
    - {name: carts, to: cart, match: ["GET /carts/{user}"]}
# here
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    a: {match: ["GET /x/{id}"]}
    b: {match: ["GET /x/all"]}
"""),
)
