"""A version or operation is named that its service does not have, or a version has no instances.

Why it matters:
Traffic to a version that does not exist would be answered 503; a rule over an operation that does
not exist protects nothing.

What to do:
Correct the name, or declare it.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "declare it in the service"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances: {static: [{address: 127.0.0.9, version: v1}]}
  versions: {v1: {labels: {version: v1}}}
  traffic: [{to: [{version: v2}]}]
#                           ^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances: {static: [{address: 127.0.0.9, version: v1}]}
  versions: {v1: {labels: {version: v1}}}
  traffic: [{to: [{version: v1}]}]
"""),
)
