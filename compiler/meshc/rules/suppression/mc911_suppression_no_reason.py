"""A suppression does not say why.

Why it matters:
Whoever reads it later cannot tell what was weighed from what was in a hurry, so nobody ever dares
to remove it.

What to do:
Write `reason:` and a sentence behind the codes.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "policy"
HELP: Final = "write `reason:` and why behind the codes"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone]}]  # meshc: ignore[MC501]
#                            ^^^^^^^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone]}]  # meshc: ignore[MC501] reason: teams are not known yet ticket: SHOP-12
"""),
)
