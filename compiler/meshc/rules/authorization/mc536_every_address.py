"""A network is every address there is.

Why it matters:
The condition always holds, so it limits nothing: an allow is as wide as without it, a deny refuses
everybody. That is rarely what somebody who wrote a network meant.

What to do:
Write the networks that are meant, or leave the condition out.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "checker"
HELP: Final = "write the networks that are meant, or leave the condition out"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone], operations: [rest]}]
  deny:
    - {match: ["ANY /debug/**"], when: {source: {cidr: ["0.0.0.0/0"]}}}
#                                                       ^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone], operations: [rest]}]
  deny:
    - {match: ["ANY /debug/**"], when: {source: {cidr: ["192.0.2.0/24"]}}}
"""),
)
