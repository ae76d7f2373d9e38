"""A method or header name has a character that HTTP does not allow in it.

Why it matters:
Such a request can never arrive, so the rule would never apply. Methods are case-sensitive and
written in capitals.

What to do:
Write the method or header as it is on the wire.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write it as it is on the wire"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["get /carts"]}
# here
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
