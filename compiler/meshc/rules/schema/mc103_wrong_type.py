"""A value has another type than its field.

Why it matters:
Types come from the schema, never from YAML's guess.

What to do:
Write a value of the type shown.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import between, node_at, over
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc._native import Node
    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write a value of the type that is expected"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: [8080], protocol: http}]
#                           ^^^^^^ here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)


UNQUOTED: Final = "write ", ", without quotes"
LISTED: Final = "write `", "`"
"""What stands around the text in the advice to write one."""
MAKE_LIST: Final = "make it a list"


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Take a number out of its quotes, make a list of one, or take the only item of a list."""
    node = node_at(finding.primary, sources)
    if node is None:
        return None
    bare = between(finding.help, *UNQUOTED)
    if bare and bare.split() == [bare]:
        return over(finding.primary, bare, f"write {bare} without quotes", safe=True)
    source = sources.text(finding.primary.file)
    if finding.message.startswith("expected a list"):
        return listed(finding, node, source)
    items = node.items()
    if len(items) == 1 and items[0].kind == "scalar" and node.style == "flow":
        only = source[items[0].start : items[0].end].decode()
        return over(finding.primary, only, f"write {only} without brackets", safe=False)
    return None


def listed(finding: Finding, node: Node, source: bytes) -> Fix | None:
    """Make a list of what stands in place of one, where its items may be of that kind."""
    text = source[node.start : node.end].decode()
    if node.kind == "mapping" and node.style == "flow" and "\n" not in text:
        return over(finding.primary, f"[{text}]", MAKE_LIST, safe=False)
    items = between(finding.help, *LISTED)
    if items is None or not items.startswith("[") or node.kind != "scalar" or "\n" in text:
        return None
    # Inside brackets a plain text ends at marks that it may hold outside.
    marked = node.style == "plain" and any(mark in text for mark in ",[]{}")
    return over(finding.primary, items if marked else f"[{text}]", MAKE_LIST, safe=False)
