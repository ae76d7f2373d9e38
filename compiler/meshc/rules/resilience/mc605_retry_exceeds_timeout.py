"""The tries of a request do not fit into its time.

Why it matters:
The last of them is cut off, or never begins: it costs the callee work and can help nobody.

What to do:
Shorten a try (`perTry`), try less often, or give the operation more time.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "judge"
HELP: Final = "shorten a try, try less often, or give the operation more time"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"], timeout: 1s, retry: {attempts: 2, perTry: 600ms}}
#                                                                                  ^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"], timeout: 2s, retry: {attempts: 2, perTry: 600ms}}
"""),
)
