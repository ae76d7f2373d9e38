"""A rule admits `anonymous` where every port demands an identity.

Why it matters:
A strict port ends the handshake of whoever proves no identity, so the rule could never apply; its
authors believe in an access that does not exist.

What to do:
Remove `anonymous`, or let a gateway receive those without an identity.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "let a gateway receive them, or drop `anonymous`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anonymous], operations: [rest]}]
#                 ^^^^^^^^^ here
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
