"""Text holds characters that nobody sees, or a word of two scripts.

Why it matters:
A Cyrillic letter beside Latin letters can look like one of them and makes another path; a
zero-width character makes two values that look alike differ; a control that turns the direction of
text makes a reviewer read another rule than the proxy enforces.

What to do:
Type the word again, in one script.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write it in one script, without characters that have no shape"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /c\\u0430rts"]}
#                  ^^^^^^^^^^^^^^^^^ here
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  deny:
    - when: {headers: {x-team: {equals: "pay\\u200bments"}}}
#                                       ^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /körbe/{id}", "GET /корзина"]}  # читать корзину
"""),
)
