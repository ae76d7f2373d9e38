"""A rule admits callers by a pattern, and a guardrail forbids that.

Why it matters:
`anyone` and `namespace/*` admit workloads that do not exist yet. The platform has said that in this
scope every caller is named.

What to do:
Name the callers.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "name the callers one by one"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [shop/*], operations: [read]}]
#                 ^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: platform, namespace: shop}
spec: {require: {noWildcardFrom: true}}
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
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: platform, namespace: shop}
spec: {require: {noWildcardFrom: true}}
"""),
)
