"""A path pattern can never match: requests are compared in canonical form.

Why it matters:
Dot segments, doubled slashes, encoded slashes, queries and fragments are gone, or refused, before
any rule is asked.

What to do:
Write the path as it is after normalisation, decoded.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import over, quoted
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources
    from meshc.spans import Place

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write the path decoded and normal"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/../admin"]}
# here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /admin"]}
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


PARTS: Final = r"([A-Z,]+ )?(/[^?#]*)\Z"


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Write the path as requests have it; the rule then holds, so it is no safe fix."""
    import re  # not on the road of a lint that finds something else
    from posixpath import normpath

    from meshc._native import check_pattern

    node = sources.document(finding.primary.file).at(finding.primary.start)[-1:]
    found = re.match(PARTS, node[0].value or "") if node else None
    if found is None or node[0].style not in {"plain", "single", "double"}:
        return None
    path = normpath(re.sub("/+", "/", found[2])) + "/" * (found[2].endswith("/"))
    text = f"{found[1] or ''}{path}"
    if path == found[2] or check_pattern(path) is not None:
        return None
    whole = around(finding.primary, node[0].start, node[0].end)
    plain = node[0].style == "plain"
    return over(whole, text if plain else quoted(text), f"write `{path}`", safe=False)


def around(place: Place, start: int, end: int) -> Place:
    """Widen a place on its line."""
    from meshc.record import replace

    return replace(place, start=start, end=end)
