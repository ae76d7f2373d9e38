"""A duration, number or date is malformed or outside its range.

Why it matters:
Durations follow GEP-2257: whole numbers with a unit, such as `1h30m` or `250ms`. A bare number
would leave its unit to chance.

What to do:
Write number and unit, within the range shown. A port of 0 or 70000 does not exist, nor does a
negative weight.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write number and unit, such as `250ms`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  requests: {timeout: 5 seconds}
#                     ^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  requests: {timeout: 5s}
"""),
)
