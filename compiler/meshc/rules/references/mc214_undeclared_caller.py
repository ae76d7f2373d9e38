"""A callee admits a caller that declares no such call.

Why it matters:
Either the right is not needed any more, or the caller's own proxy will refuse what the callee
allows.

What to do:
Add the call to the caller's intent, or remove the caller from the rule.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "linker"
HELP: Final = "add the call to the caller's `calls`, or drop it from `from`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web, cron], operations: [read]}]
#                      ^^^^ here
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
  owner: team-b
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
