"""A service has ports and no allow rule.

Why it matters:
Nothing is allowed that no rule allows, so every request to it is denied. That is safe, and hardly
what its authors want. Where somebody declares a call of it, that is said of the call (MC213).

What to do:
Add a rule that names its callers, or remove the ports of a job that only calls.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import Found, fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from meshc._native import Mesh

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "rule"
SEES: Final = "edge"
HELP: Final = "add an `allow` that names its callers; until then every request is denied"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
#                ^^^^ here
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone], operations: [rest]}]
"""),
)


def check(mesh: Mesh) -> Iterator[Found]:
    """Find workloads with ports that admit nobody, and that nobody calls."""
    services = mesh.table("services")
    rows = services.matching(ports__gt=0, allow=0, callers=0)
    for row, name in zip(rows, services.values("service", rows), strict=True):
        yield Found(f"`{name}` has ports and admits nobody", *services.place(row))
