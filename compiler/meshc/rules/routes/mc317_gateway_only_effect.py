"""A rule speaks of what exists only inside the mesh, or only at its edge.

Why it matters:
Nobody proves an identity to a gateway, so a rule there that names a workload admits nobody. A
service knows a client's address only from a gateway that leads to it; without one an allow that
asks for it never holds, and a deny always does.

What to do:
Name `anonymous` at a gateway. Ask for the client at the gateway, or for `source` at the service.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "judge"
HELP: Final = "move the rule to where what it speaks of is known"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: web}]
  allow:
    - {name: public, from: [anonymous]}
    - {name: inside, from: [web]}
#                           ^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow:
    - {from: [web], operations: [rest], when: {client: {cidr: [192.0.2.0/24]}}}
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: web}]
  allow: [{from: [anonymous], when: {source: {cidr: [192.0.2.0/24]}}}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest], when: {client: {cidr: [192.0.2.0/24]}}}]
"""),
)
