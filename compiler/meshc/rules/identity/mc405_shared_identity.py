"""A workload's identity is the service account `default`.

Why it matters:
It is the account that everything without one of its own gets. Whoever runs anything in the
namespace can then be this workload, and every rule that admits it admits them.

What to do:
Give the workload a service account of its own.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "give it a service account of its own"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  identity: {serviceAccount: default}
#                            ^^^^^^^ here
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  identity: {serviceAccount: cart}
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)
