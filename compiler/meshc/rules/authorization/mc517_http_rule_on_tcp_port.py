"""A condition on a request, or a limit of requests, meets a TCP operation.

Why it matters:
A TCP connection has no method, path, header or token, and carries no requests to count. Dropping
the condition or the limit would allow more than was written.

What to do:
Move the condition to a rule over HTTP operations only; name HTTP operations in a rate limit.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "name only HTTP operations in a rule with `when` or `user`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: store, namespace: shop}
spec:
  ports: [{name: redis, port: 6379, protocol: tcp}]
  allow: [{from: [anyone], operations: [redis], when: {headers: {x-a: {equals: b}}}}]
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: store, namespace: shop}
spec:
  ports: [{name: redis, port: 6379, protocol: tcp}]
  allow: [{from: [anyone], operations: [redis]}]
"""),
)
