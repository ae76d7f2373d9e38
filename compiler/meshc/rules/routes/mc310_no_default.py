"""Every item of traffic asks for something, and a plain request meets none.

Why it matters:
What no item takes goes to any instance, those of a version under test among them.

What to do:
Add an item without conditions that says which version gets the others.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.INFO
FOUND_BY: Final = "judge"
HELP: Final = "add an item without conditions that says which version gets the others"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  versions:
    v1: {labels: {version: v1}}
    v2: {labels: {version: v2}}
  traffic:
    - {name: testers, headers: {x-canary: {equals: always}}, to: [{version: v2}]}
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  versions:
    v1: {labels: {version: v1}}
    v2: {labels: {version: v2}}
  traffic:
    - {name: testers, headers: {x-canary: {equals: always}}, to: [{version: v2}]}
    - {name: others, to: [{version: v1}]}
"""),
)
