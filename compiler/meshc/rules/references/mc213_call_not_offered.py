"""A call is declared that its callee does not offer to this caller.

Why it matters:
Every such request would be denied at the callee. Both halves of an edge are needed: the caller's
`calls` and the callee's `allow`.

What to do:
Add the caller to an allow rule of the callee, or delete the call.
"""

from __future__ import annotations

from meshc.findings import Fix, Severity
from meshc.mesh.editing import field, field_added, item_added, names_in, object_at, reference
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc._native import Node
    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "add this caller to an `allow` of the callee, or delete the call"
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
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cron, namespace: shop}
spec:
  calls: [{to: cart.read}]
#              ^^^^^^^^^ here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}, {name: cron, from: [cron], operations: [read]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cron, namespace: shop}
spec:
  calls: [{to: cart.read}]
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
    """Write the other half of the edge: an `allow` for this caller into the callee's file."""
    callee = object_at(finding.related[0].place, sources) if finding.related else None
    spec = field(callee, "spec")
    names = names_in(finding.message)
    if spec is None or callee is None or "offer" not in finding.message:
        return None
    offered = [key.value or "" for key, _ in entries(field(callee, "spec", "operations"))]
    wanted = [names[1]] if len(names) == 3 else offered or ["rest"]  # noqa: PLR2004 - callee, operation, caller
    caller = reference(names[-1], names[0])
    rules = spec.get("allow")
    taken = {one.value for rule in (rules.items() if rules else []) if (one := rule.get("name"))}
    name = caller.replace("/", "-")
    if name in taken:
        name = f"{name}-{wanted[0]}"
    if name in taken:
        return None
    item = f"{{name: {name}, from: [{caller}], operations: [{', '.join(wanted)}]}}"
    file = finding.related[0].place.file
    edit = (
        item_added(file, sources, rules, [item])
        if rules
        else field_added(file, sources, spec, f"allow: [{item}]")
    )
    message = f"let `{names[0]}` admit `{caller}`"
    return Fix(message, (edit,), safe=False) if edit else None


def entries(node: Node | None) -> list[tuple[Node, Node]]:
    """Give the entries of a node that may be missing."""
    return node.entries() if node else []
