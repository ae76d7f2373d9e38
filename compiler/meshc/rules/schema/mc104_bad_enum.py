"""A value is none of those the field knows.

Why it matters:
A protocol or a kind that nobody implements could not be enforced.

What to do:
Use one of the values listed.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.mesh.editing import names_in, replaced, suggestion, written
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "use one of the values listed"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: htp}]
#                                           ^^^ here
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


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Write the one choice that is near, or the one that differs in case only."""
    name = suggestion(finding)
    if name is None:
        word = written(finding.primary, sources).strip("'\"").lower()
        alike = [one for one in names_in(finding.help or "") if one.lower() == word]
        name = alike[0] if len(alike) == 1 else None
    return replaced(finding.primary, sources, name) if name else None
