"""A path pattern can never match: requests are compared in canonical form.

Why it matters:
Dot segments, doubled slashes, encoded slashes, queries and fragments are gone, or refused, before
any rule is asked.

What to do:
Write the path as it is after normalisation, decoded.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write the path decoded and normal"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/../admin"]}
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
