"""A mapping has the same key twice.

Why it matters:
Most YAML readers silently keep the last one. A reviewer sees the first, the mesh enforces the
second.

What to do:
Delete one of the two, or give one of them its real name.
"""

from __future__ import annotations

from meshc.findings import Fix, Severity
from meshc.mesh.editing import entry_removed
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "keep one of the two"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
  owner: team-b
# ^^^^^ here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-b
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Remove the first of the two: most readers that take both let the last one win.

    Where several keys of an item are there twice another item may begin: nothing is removed.
    """
    if not finding.related or not (finding.help or "").startswith("keep one"):
        return None
    first = finding.related[0].place
    edit = entry_removed(first, sources)
    message = f"remove the one of line {first.line}"
    return Fix(message, (edit,), safe=False) if edit else None
