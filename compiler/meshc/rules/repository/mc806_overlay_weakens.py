"""An Environment admits more than its base.

Why it matters:
The base is what people review. A patch that adds a caller or an operation, drops a condition or a
deny, or lets a workload refuse nothing, opens in one environment what everybody takes for closed.

What to do:
Say it in the base, or list the patch under `widens` with a reason. Rules are held against rules one
by one; what is only a question of sets of requests is not reported.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "say it in the base, or list the patch under `widens` with a reason"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{name: reads, from: [web], operations: [read]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec: {calls: [{to: cart.read}]}
---
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: staging}
spec:
  patches:
    - name: everybody-reads
      target: {kind: ServiceIntent, namespace: shop, name: cart}
      merge: {spec: {allow: [{name: reads, from: [shop/*]}]}}
#                                                 ^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{name: reads, from: [web], operations: [read]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec: {calls: [{to: cart.read}]}
---
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: staging}
spec:
  patches:
    - name: everybody-reads
      target: {kind: ServiceIntent, namespace: shop, name: cart}
      merge: {spec: {allow: [{name: reads, from: [shop/*]}]}}
  widens:
    - {patch: everybody-reads, reason: staging holds no data of customers}
"""),
)
