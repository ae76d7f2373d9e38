"""A callee admits a caller that declares no such call.

Why it matters:
Either the right is not needed any more, or the caller's own proxy will refuse what the callee
allows. A call of every service (`*/*.metrics`) reaches the operation of that name and no other.

What to do:
Add the call to the caller's intent, or remove the caller from the rule.
"""

from __future__ import annotations

from meshc.findings import Fix, Severity
from meshc.mesh.editing import field, field_added, item_added, names_in, object_at, reference
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "linker"
HELP: Final = "add the call to the caller's `calls`, or drop it from `from`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web, cron], operations: [read]}]
#                      ^^^^ here
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
  owner: team-b
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web, cron], operations: [read]}]
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
  owner: team-b
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
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [scraper], operations: [read]}]
#                 ^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: Baseline
metadata: {name: scraping, namespace: shop}
spec:
  operations: {metrics: {match: ["GET /metrics"]}}
  allow: [{from: [scraper], operations: [metrics]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: scraper, namespace: shop}
spec:
  calls: [{to: "*/*.metrics"}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [scraper], operations: [read, metrics]}]
---
apiVersion: meshc.dev/v1
kind: Baseline
metadata: {name: scraping, namespace: shop}
spec:
  operations: {metrics: {match: ["GET /metrics"]}}
  allow: [{from: [scraper], operations: [metrics]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: scraper, namespace: shop}
spec:
  calls: [{to: "*/*.metrics"}]
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Write the other half of the edge: the call into the caller's file."""
    if "declares no call" not in finding.message or not finding.related:
        return None
    place = finding.related[0].place
    caller = object_at(place, sources)
    kind, spec = field(caller, "kind"), field(caller, "spec")
    if spec is None or kind is None or kind.value != "ServiceIntent":
        return None
    caller_name, callee_name = names_in(finding.message)
    callee = reference(callee_name, caller_name)
    around = sources.document(finding.primary.file).at(finding.primary.start)
    rule = next((node for node in reversed(around) if node.get("from")), None)
    named = rule.get("operations") if rule else None
    operations = [one.value for one in named.items()] if named else []
    targets = [callee] if "rest" in operations else [f"{callee}.{one}" for one in operations]
    calls = [f"{{to: {one}}}" for one in targets or [callee]]
    there = spec.get("calls")
    edit = (
        item_added(place.file, sources, there, calls)
        if there
        else field_added(place.file, sources, spec, f"calls: [{', '.join(calls)}]")
    )
    message = f"let `{caller_name}` declare the call"
    return Fix(message, (edit,), safe=False) if edit else None
