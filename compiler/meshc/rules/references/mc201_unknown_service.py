"""A reference names a service, operation, token issuer or file that is not there.

Why it matters:
A call, an allow rule or a route to nothing is a mistake in the making: once somebody creates a
service of that name, it would get the rights that were meant for another.

What to do:
Correct the name, or declare the service.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import replaced, suggestion, written
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "declare it in a ServiceIntent, or as an ExternalIntent if it runs outside"
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
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}, {to: catr}]
#                               ^^^^ here
"""),
    fixed("""\
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
  calls: [{to: cart.read}, {to: cart}]
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


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Write the one name that is near, and keep namespace and operation around it."""
    name = suggestion(finding)
    old = written(finding.primary, sources).strip("'\"")
    if name is None:
        return None
    namespace, slash, rest = old.rpartition("/")
    _, dot, operation = rest.partition(".")
    if "operation" in finding.message and old != rest.split(".")[-1]:
        name, dot, operation = f"{rest.split('.')[0]}.{name}", "", ""
    kept = "" if "/" in name else namespace + slash
    return replaced(finding.primary, sources, f"{kept}{name}{dot}{operation}")
