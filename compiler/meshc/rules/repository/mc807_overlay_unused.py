"""A patch of an Environment hits nothing, or changes nothing.

Why it matters:
A patch whose target was renamed or left out is silently without effect: the environment runs with
the base's value, and whoever wrote the patch believes otherwise.

What to do:
Correct the target, or delete the patch. An entry of `widens` whose patch admits nothing new is
reported likewise.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "linker"
HELP: Final = "correct its target, or delete it"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  requests: {timeout: 2s}
---
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: staging}
spec:
  patches:
    - name: renamed
      target: {kind: ServiceIntent, namespace: shop, name: crat}
#                                                          ^^^^ here
      merge: {spec: {requests: {timeout: 5s}}}
    - name: no-change
#           ^^^^^^^^^ here
      target: {kind: ServiceIntent, namespace: shop, name: cart}
      merge: {spec: {requests: {timeout: 2s}}}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  requests: {timeout: 2s}
---
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: staging}
spec:
  patches:
    - name: patient
      target: {kind: ServiceIntent, namespace: shop, name: cart}
      merge: {spec: {requests: {timeout: 5s}}}
"""),
)
