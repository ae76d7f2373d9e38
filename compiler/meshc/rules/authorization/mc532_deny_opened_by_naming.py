"""A narrower operation takes requests out of one that a deny names.

Why it matters:
Every request has exactly one operation, the most specific. Whoever carves a new operation out of a
denied one would open the deny for its requests without touching it, and nobody who reads the deny
would see it.

What to do:
Name the narrower operation in the deny too. Where it is meant to be open, give the deny a `match`
of the requests it is about, or part the wider operation.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "name the narrower operation in the deny too"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    admin: {match: ["ANY /admin/**"]}
    report: {match: ["GET /admin/report"]}
  deny: [{name: no-admin, operations: [admin]}]
#                                      ^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    admin: {match: ["ANY /admin/**"]}
    report: {match: ["GET /admin/report"]}
  deny: [{name: no-admin, operations: [admin, report]}]
"""),
)
