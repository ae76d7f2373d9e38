"""A method is written in small letters.

Why it matters:
Methods are case-sensitive (RFC 9110, 9.1): no client sends `get`, so a rule about it never holds.

What to do:
Write the method in capitals.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import over, written
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write the method in capitals"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["get,head /carts/{user}"]}
#                   ^^^^^^^^ here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET,HEAD /carts/{user}"]}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET,HEAD /carts/{user}"]}
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix:
    """Write the methods in capitals; the rule then holds, so it is no safe fix."""
    methods = written(finding.primary, sources).upper()
    return over(finding.primary, methods, f"write `{methods}`", safe=False)
