"""A condition on a header field asks for a value that no request can have.

Why it matters:
The lines of a field are parted at commas and the blanks around each value are cut, unless the field
is one of those that hold a single value. What asks for `a,b` or for `a ` holds for nothing, and
under `not` for everything: neither is what its writer meant.

What to do:
Write each value by itself: `has` for one of a list, `oneOf` for one of several.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write one value, without blanks around it"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations: {read: {match: ["GET /carts/{user}"]}}
  allow:
    - from: [web]
      operations: [read]
      when: {headers: {x-role: {not: {equals: "guest,bot"}}}}
#                                             ^^^^^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations: {read: {match: ["GET /carts/{user}"]}}
  allow:
    - from: [web]
      operations: [read]
      when: {headers: {x-role: {not: {oneOf: [guest, bot]}}}}
  deny:
    - {name: both, when: {headers: {x-role: {equals: "guest,bot"}}}}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
"""),
)
