"""The Mesh lists its teams, and no team answers for this workload.

Why it matters:
Nobody is asked when its rules change, and nobody is called when it fails.

What to do:
Write `owner`, one of the teams of the Mesh. A Mesh without `teams` asks for none.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "judge"
HELP: Final = "write `owner`: one of the teams of the Mesh"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  teams: [storefront]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
#                ^^^^ here
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  teams: [storefront]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: storefront
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)
