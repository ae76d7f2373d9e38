"""Two workloads have an instance at one address and port.

Why it matters:
Both proxies would listen there, and only the first can; callers of one reach the other, and are
refused because it proves another identity.

What to do:
Give one of them another address, or another port.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "give one of them another address or port"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances:
    static:
      - {address: 10.1.0.7}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances:
    static:
      - {address: 10.1.0.7}
#                 ^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances:
    static:
      - {address: 10.1.0.7}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8081, protocol: http}]
  instances:
    static:
      - {address: 10.1.0.7}
"""),
)
