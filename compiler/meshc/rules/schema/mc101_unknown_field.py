"""A field is not part of the language.

Why it matters:
A misspelt field that is passed over is a rule that does not exist. Nothing is ever dropped
silently.

What to do:
Use the nearest name shown, or delete the field.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import replaced, suggestion
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "`meshc explain --defaults` and the schemas list every field"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ownr: team-a
# ^^^^ here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
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
    """Write the one name that is near."""
    name = suggestion(finding)
    return replaced(finding.primary, sources, name) if name else None
