"""A value has another type than its field.

Why it matters:
Types come from the schema, never from YAML's guess.

What to do:
Write a value of the type shown.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import node_at, over
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

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
"""What stands around the bare word in the advice to write one."""


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Take a number out of its quotes, make a list of one, or take the only item of a list."""
    node = node_at(finding.primary, sources)
    if node is None:
        return None
    advice, (before, behind) = finding.help or "", UNQUOTED
    bare = advice.removeprefix(before).removesuffix(behind)
    if f"{before}{bare}{behind}" == advice and len(bare.split()) == 1 and bare == bare.strip():
        return over(finding.primary, bare, f"write {bare} without quotes", safe=True)
    source = sources.text(finding.primary.file)
    if finding.message.startswith("expected a list") and b"\n" not in source[node.start : node.end]:
        text = source[node.start : node.end].decode()
        plain = node.style == "plain" and any(mark in text for mark in ",[]{}")
        if plain or node.style not in {"plain", "single", "double", "flow"}:
            return None
        return over(finding.primary, f"[{text}]", "make it a list of one", safe=False)
    items = node.items()
    if len(items) == 1 and items[0].kind == "scalar" and node.style == "flow":
        only = source[items[0].start : items[0].end].decode()
        return over(finding.primary, only, f"write {only} without brackets", safe=False)
    return None
