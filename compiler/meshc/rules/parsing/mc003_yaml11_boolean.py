"""A bare `on`, `off`, `yes` or `no` stands where a text is meant.

Why it matters:
YAML 1.1 tools (kubectl, kustomize, many libraries) read it as a boolean, YAML 1.2 as text: the same
file would mean two things.

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
    beta: {match: [{path: /beta, headers: {x-beta: {equals: on}}}]}
# here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: "on"}}}]}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: "on"}}}]}
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Put the word in quotes, where text is wanted."""
    node = node_at(finding.primary, sources)
    if node is None or node.value is None or node.style not in {"plain", "alias"}:
        return None
    text = quoted(node.value)
    return over(finding.primary, text, f"write {text}", safe=True)
