"""An Environment loosens the TLS of the base.

Why it matters:
A listener that ends TLS in the base and speaks plain HTTP in one environment hands passwords and
tokens to whoever listens there. Nobody who reads the gateway's own file sees it.

What to do:
Leave the certificate to the environment, or list the patch under `widens` with a reason.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "keep TLS, or list the patch under `widens` with a reason"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8443, protocol: https, certificate: {secret: shop-tls}}]
  routes: [{to: web}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge]}]
---
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: staging}
spec:
  patches:
    - name: no-certificate
#           ^^^^^^^^^^^^^^ here
      target: {kind: GatewayIntent, namespace: shop, name: edge}
      merge: {spec: {listeners: [{name: web, protocol: http, certificate: null}]}}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8443, protocol: https, certificate: {secret: shop-tls}}]
  routes: [{to: web}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge]}]
---
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: staging}
spec:
  patches:
    - name: other-certificate
      target: {kind: GatewayIntent, namespace: shop, name: edge}
      merge: {spec: {listeners: [{name: web, certificate: {secret: staging-tls}}]}}
"""),
)
