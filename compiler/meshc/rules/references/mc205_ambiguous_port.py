"""Two ports of a workload have one name or one number, or none of several is chosen.

Why it matters:
Callers could not tell which of the two is meant.

What to do:
Give each port its own name and number; name the port where several would do.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "give each port its own name and number"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: admin, port: 8080, protocol: http}
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: admin, port: 8081, protocol: http}
"""),
)
