"""A method is written in small letters.

Why it matters:
Methods are case-sensitive (RFC 9110, 9.1): no client sends `get`, so a rule about it never holds.

What to do:
Write the method in capitals.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

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
