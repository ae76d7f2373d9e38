"""Somebody is admitted because of a header that anybody outside can send.

Why it matters:
A gateway passes headers on as they come. A rule that admits whoever sends `x-role: admin` admits
everybody who knows it.

What to do:
Ask for a verified token (`user`), or for the identity of the caller. What proxies write themselves
(`x-forwarded-for`) and what a TokenIssuer forwards cannot be sent by others.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "ask for a verified token (`user`); no gateway takes such a header off"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: web}]
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow:
    - {from: [edge], operations: [rest], when: {headers: {x-role: {equals: admin}}}}
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: web}]
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest], when: {headers: {accept: {equals: application/json}}}}]
  calls: [{to: cart}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [web], operations: [rest], when: {headers: {x-role: {equals: admin}}}}]
"""),
)
