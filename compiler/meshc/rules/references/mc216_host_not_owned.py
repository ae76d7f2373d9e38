"""A workload claims a host that the Mesh does not give its namespace.

Why it matters:
Otherwise one team could answer for the name of another and receive its requests.

What to do:
Use a host of the namespace, or let the Mesh give it this one.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "add it to the namespace's `hosts` in the Mesh, or use another host"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  hosts: [cart.bank.test]
#         ^^^^^^^^^^^^^^ here
  allow: [{from: [anyone], operations: [rest]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  hosts: [cart.shop.test]
  allow: [{from: [anyone], operations: [rest]}]
"""),
)
