"""A regular expression cannot be read.

Why it matters:
An expression that means nothing would match nothing, and an allow or a deny would be gone.

What to do:
Write it in RE2's syntax: no look-around, no backreferences, and no flags, word boundaries or
Unicode classes, which would hide what is matched. The whole text must match.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "the syntax is that of RE2, without flags"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: [{path: {regex: "(?i)/carts"}}]}
#                                  ^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: [{path: {regex: "/[Cc]arts"}}]}
"""),
)
