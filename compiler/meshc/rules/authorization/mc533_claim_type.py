"""A claim is compared with a value of a type that it never has.

Why it matters:
`7` and `"7"` are two values. A comparison across types never holds, so an allow rule would admit
nobody; in a deny it counts as a match and would refuse everybody.

What to do:
Compare with the type that the issuer writes: `exp`, `nbf` and `iat` are numbers; `iss`, `sub` and
`jti` text; `scope` is a list of words (`has`); `aud` text or a list. Quotes make a number text.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "compare the claim with a value of its own type"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: pay, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    refund: {match: ["POST /refunds"]}
  allow:
    - from: [web]
      operations: [refund]
      user: {issuer: corp, claims: {sub: {equals: 7}}}
#                                                 ^ here
---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys:
    inline: |
      {"keys": [{"kty": "OKP", "crv": "Ed25519",
                 "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: pay.refund}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: pay, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    refund: {match: ["POST /refunds"]}
  allow:
    - from: [web]
      operations: [refund]
      user: {issuer: corp, claims: {sub: {equals: "7"}, scope: {has: refunds}}}
---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys:
    inline: |
      {"keys": [{"kty": "OKP", "crv": "Ed25519",
                 "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: pay.refund}]
"""),
)
