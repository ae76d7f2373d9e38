"""A list is longer than its limit.

Why it matters:
Everything a proxy holds is bounded; a list beyond its limit is a mistake of whoever generated it.

What to do:
Shorten the list, or split the intent.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "shorten it, or split the intent"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  probes:
    - {path: /probe-1, port: api}
# here
    - {path: /probe-2, port: api}
    - {path: /probe-3, port: api}
    - {path: /probe-4, port: api}
    - {path: /probe-5, port: api}
    - {path: /probe-6, port: api}
    - {path: /probe-7, port: api}
    - {path: /probe-8, port: api}
    - {path: /probe-9, port: api}
    - {path: /probe-10, port: api}
    - {path: /probe-11, port: api}
    - {path: /probe-12, port: api}
    - {path: /probe-13, port: api}
    - {path: /probe-14, port: api}
    - {path: /probe-15, port: api}
    - {path: /probe-16, port: api}
    - {path: /probe-17, port: api}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
"""),
)
