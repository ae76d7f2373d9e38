"""A deny ends by itself.

Why it matters:
On that day requests are admitted that were refused the day before, and nobody has to agree to it.

What to do:
Leave `until` out, and delete the rule when it has served its purpose.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "judge"
HELP: Final = "leave `until` out, and delete the rule when it has served its purpose"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone], operations: [rest]}]
  deny:
    - {match: ["ANY /debug/**"], until: "2027-03-31"}
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone], operations: [rest], until: "2027-03-31"}]
  deny:
    - {match: ["ANY /debug/**"]}
"""),
)
