"""A rule asks callers that prove who they are for their address.

Why it matters:
An identity is proved on every connection; an address is given out anew with every deployment. Such
a rule denies the right ones one day and means nothing before.

What to do:
Leave `source` out. It is for callers without an identity.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "judge"
HELP: Final = "leave `source` out: the identity is proved, an address moves"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow:
    - {from: [web], operations: [rest], when: {source: {cidr: [10.0.0.0/8]}}}
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart}]
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
  allow: [{from: [edge], operations: [rest]}]
"""),
)
