"""A whole namespace or trust domain is admitted.

Why it matters:
Whoever is added to it later is admitted too, without a change here that somebody would review.

What to do:
Name the callers, unless everybody there is meant.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.INFO
FOUND_BY: Final = "judge"
HELP: Final = "name the callers; whoever is added there is admitted too"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow:
    - {from: [shop/*], operations: [rest]}
#             ^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow:
    - {from: [web], operations: [rest]}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart}]
"""),
)
