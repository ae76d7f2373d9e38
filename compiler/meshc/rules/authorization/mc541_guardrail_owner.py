"""A workload has no owner, and a guardrail requires one.

Why it matters:
Whoever finds it misbehaving has nobody to call; the platform has said that every workload in this
scope names its team.

What to do:
Write `owner`. If this workload is meant to be without one, the guardrail's scope is too wide.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "write `owner: TEAM`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
#                ^^^^ here
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
  owner: team-web
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: platform, namespace: shop}
spec: {require: {owner: true}}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec: {owner: team-cart}
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: platform, namespace: shop}
spec: {require: {owner: true}}
"""),
)
