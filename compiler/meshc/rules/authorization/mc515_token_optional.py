"""A rule asks for a user, and another admits the same without one.

Why it matters:
Whoever leaves the token out is admitted by the other rule, so the claims that this one asks for
keep nobody away.

What to do:
Ask for the user in both rules, or part the operations between them.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "ask for the user in both, or part the operations between them"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
    empty: {match: ["DELETE /carts/{user}"]}
  allow:
    - {name: shoppers, from: [web], operations: [read, empty]}
    - {name: support, from: [web], operations: [empty], user: {issuer: corp}}
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}, {to: cart.empty}]
---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.example
  audiences: [shop]
  keys: {url: "https://id.corp.example/keys"}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
    empty: {match: ["DELETE /carts/{user}"]}
  allow:
    - {name: shoppers, from: [web], operations: [read]}
    - {name: support, from: [web], operations: [read, empty], user: {issuer: corp}}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}, {to: cart.empty}]
---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.example
  audiences: [shop]
  keys: {url: "https://id.corp.example/keys"}
"""),
)
