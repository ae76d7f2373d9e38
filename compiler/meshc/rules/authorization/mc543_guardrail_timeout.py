"""A request may take longer than a guardrail admits.

Why it matters:
Long requests hold connections and memory at every hop above them. What is not written counts too:
the default may be longer than the platform admits.

What to do:
Write a shorter `timeout` at the operation, or under `requests` for all of them.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "write a shorter `timeout`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"], timeout: 30s}
#                                                 ^^^ here
  requests: {timeout: 2s}
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
spec: {require: {timeoutAtMost: 10s}}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  requests: {timeout: 2s}
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
spec: {require: {timeoutAtMost: 10s}}
"""),
)
