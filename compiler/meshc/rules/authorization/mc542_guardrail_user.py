"""A rule allows requests without a user, and a guardrail requires one.

Why it matters:
A workload that is broken into could then read everybody's data; with a user, only what people ask
for just then. The platform has said so for this scope.

What to do:
Add `user` with the issuer that the guardrail names.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "add `user: {issuer: NAME}` to the rule"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}]
#         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.example.test
  audiences: [shop]
  keys: {url: "https://id.example.test/keys"}
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: platform, namespace: shop}
spec: {require: {user: {issuer: corp}}}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read], user: {issuer: corp}}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.example.test
  audiences: [shop]
  keys: {url: "https://id.example.test/keys"}
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: platform, namespace: shop}
spec: {require: {user: {issuer: corp}}}
"""),
)
