"""Two documents declare the same object, or two items of a list are the same.

Why it matters:
No order of files means anything, so there is no first one that could win. Of two issuers with one
`iss` nobody could say whose a token is; of two that write one header field to one application, it
could not tell their users apart.

What to do:
Delete or rename one of them.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "keep one of the two"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
# here
spec:
  owner: team-b
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  instances:
    static: [{address: 10.1.0.7, zone: a}, {address: 10.1.0.7, zone: b}]
#                                                    ^^^^^^^^ here
  calls: [{to: cart, timeout: 1s}, {to: shop/cart, timeout: 2s}]
#                                       ^^^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [web], operations: [rest]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  owner: team-b
"""),
)
