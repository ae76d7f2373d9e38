"""Fields stand together that exclude each other, or one of several is missing.

Why it matters:
Only one of them could be obeyed; which one would be a guess.

What to do:
Keep one of them.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "keep one of them"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: a, prefix: b}}}]}
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: a}}}]}
"""),
)
