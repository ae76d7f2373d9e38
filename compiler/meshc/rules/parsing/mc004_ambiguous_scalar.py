"""A bare number, date or time stands where a text is meant.

Why it matters:
`012` is ten to some readers, `22:22` is 1342 and a date is a time stamp: whoever carries the file
through another tool gets another text.

What to do:
Put it in quotes.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import node_at, over, quoted
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "put it in quotes"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: 012}}}]}
# here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: "012"}}}]}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: "012"}}}]}
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Put the word in quotes, where text is wanted."""
    node = node_at(finding.primary, sources)
    if node is None or node.value is None or node.style not in {"plain", "alias"}:
        return None
    text = quoted(node.value)
    if finding.help != f"write {text}":
        return None  # a number is wanted, and only its writer knows which
    return over(finding.primary, text, f"write {text}", safe=True)
