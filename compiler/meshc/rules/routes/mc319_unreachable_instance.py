"""An instance has an address at which no caller can reach it.

Why it matters:
`0.0.0.0` is what a server listens on, not where it is. A loopback address leads a caller on another
host to that host itself. Where the whole mesh runs on loopback addresses, as on a laptop, nothing
is wrong.

What to do:
Write the address that its callers reach it at.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "write the address that its callers reach it at"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances:
    static:
      - {address: 0.0.0.0}
#                 ^^^^^^^ here
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances:
    static:
      - {address: 127.0.0.1}
#                 ^^^^^^^^^ here
  allow: [{from: [web], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  instances:
    static:
      - {address: 10.1.0.8}
  calls: [{to: cart}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances:
    static:
      - {address: 127.0.0.2}
  allow: [{from: [web], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  instances:
    static:
      - {address: 127.0.0.3}
  calls: [{to: cart}]
"""),
)
