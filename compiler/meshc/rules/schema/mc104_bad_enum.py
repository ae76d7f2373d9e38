"""A value is none of those the field knows.

Why it matters:
A protocol or a kind that nobody implements could not be enforced.

What to do:
Use one of the values listed.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "use one of the values listed"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: htp}]
#                                           ^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)
