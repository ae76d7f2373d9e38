"""A limit of one caller or user is never reached, because the limit of all is no higher.

Why it matters:
One caller can use up what everybody shares, which is what a limit of one is there to prevent.

What to do:
Give one less than all may have together.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "judge"
HELP: Final = "give one less than all may have together"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone], operations: [rest]}]
  rateLimits:
    - {name: all, rate: 100/s}
    - {name: each, per: caller, rate: 6000/m}
#                                     ^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone], operations: [rest]}]
  rateLimits:
    - {name: all, rate: 100/s}
    - {name: each, per: caller, rate: 20/s}
"""),
)
