"""A route's host is one that no listener of its gateway takes.

Why it matters:
The listener answers 421 before any route is looked at, so the route is never taken.

What to do:
Add the host to a listener, or take it from the route.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "add the host to a listener, or take it from the route"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners:
    - {name: web, port: 8080, protocol: http, hosts: [shop.shop.test]}
  routes:
    - {to: web, hosts: [shpo.shop.test]}
#                       ^^^^^^^^^^^^^^ here
  allow: [{from: [anonymous]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners:
    - {name: web, port: 8080, protocol: http, hosts: ["*.shop.test"]}
  routes:
    - {to: web, hosts: [www.shop.test]}
  allow: [{from: [anonymous]}]
"""),
)
