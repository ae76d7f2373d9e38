"""Two operations match one request and neither is more specific.

Why it matters:
Every request has exactly one operation; which of the two applies would depend on chance.

What to do:
Make one of the patterns narrower, or fold the two operations into one.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "make one of the two narrower"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    a: {match: ["GET /x/{id}/b/{n}"]}
    b: {match: ["GET /x/{id}/{name}/c"]}
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    a: {match: ["GET /x/{id}"]}
    b: {match: ["GET /x/all"]}
"""),
)
