"""An operation that is named as reading takes every method.

Why it matters:
Whoever is admitted to `read` may then delete: `ANY` is every method, those to come too.

What to do:
Name the methods that read.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "judge"
HELP: Final = "name the methods that read, such as `GET,HEAD`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["ANY /carts/{user}"]}
#                  ^^^^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET,HEAD /carts/{user}"]}
    admin: {match: ["ANY /tools/**"]}
"""),
)
