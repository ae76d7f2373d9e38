"""A gateway's route leads to a service with several HTTP ports, or with none.

Why it matters:
A route says where requests go. Which of several ports would be chance, and what is admitted differs
from port to port.

What to do:
Name an operation in `to` that is tied to one port by `port: NAME`.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "name an operation that is tied to one port"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: cart}]
#               ^^^^ here
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: office, port: 8081, protocol: http}
  allow: [{from: [edge]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: cart.read}]
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: office, port: 8081, protocol: http}
  operations:
    read: {match: ["GET /items/**"], port: api}
  allow: [{from: [edge], operations: [read]}]
"""),
)
