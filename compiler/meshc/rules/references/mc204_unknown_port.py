"""A port is named that the service does not have.

Why it matters:
An operation or probe on a port that does not exist would never be reached.

What to do:
Use the name of one of the service's ports.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "use the name of one of the service's `ports`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  probes: [{path: /healthz, port: adm}]
#                                 ^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  probes: [{path: /healthz, port: api}]
"""),
)
