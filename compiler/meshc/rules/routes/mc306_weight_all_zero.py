"""All weights of a traffic item are 0.

Why it matters:
Nothing would receive its requests; all of them would be answered 503.

What to do:
Give at least one version a weight above 0.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "give at least one version a weight"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances: {static: [{address: 127.0.0.9, version: v1}]}
  versions: {v1: {labels: {version: v1}}}
  traffic: [{to: [{version: v1, weight: 0}]}]
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  instances: {static: [{address: 127.0.0.9, version: v1}]}
  versions: {v1: {labels: {version: v1}}}
  traffic: [{to: [{version: v1, weight: 1}]}]
"""),
)
