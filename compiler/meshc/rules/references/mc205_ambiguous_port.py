"""A gateway's route leads to a service with several HTTP ports, or with none.

Why it matters:
A route says where requests go. Which of several ports would be chance, and what is admitted differs
from port to port.

What to do:
Name an operation in `to` that is tied to one port by `port: NAME`.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import field, object_at, over, written
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "name an operation that is tied to one port"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: cart}]
#               ^^^^ here
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: office, port: 8081, protocol: http}
  operations:
    read: {match: ["GET /items/**"], port: api}
  allow: [{from: [edge]}]
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: cart.read}]
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: office, port: 8081, protocol: http}
  operations:
    read: {match: ["GET /items/**"], port: api}
  allow: [{from: [edge]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: cart.read}]
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: office, port: 8081, protocol: http}
  operations:
    read: {match: ["GET /items/**"], port: api}
  allow: [{from: [edge], operations: [read]}]
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Name the one operation that is tied to a port."""
    if not finding.related or "operation" in written(finding.primary, sources):
        return None
    callee = object_at(finding.related[0].place, sources)
    operations = field(callee, "spec", "operations")
    tied = [key.value for key, one in operations.entries() if one.get("port")] if operations else []
    text = written(finding.primary, sources)
    if len(tied) != 1 or "." in text or text[:1] in {"'", '"'}:
        return None
    whole = f"{text}.{tied[0]}"
    return over(finding.primary, whole, f"write `{whole}`", safe=False)
