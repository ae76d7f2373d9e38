"""A suppression hides nothing.

Why it matters:
A comment that hides nothing today hides the next mistake of its kind tomorrow. A misspelt one lets
its writer believe that something is accepted, and the finding is still there.

What to do:
Remove it, or mend its spelling: `# meshc: ignore[MC501] reason: why until: 2027-01-31`. Findings
that keep a mesh from being compiled cannot be hidden.
"""

from __future__ import annotations

from meshc.findings import Edit, Fix, Severity
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "policy"
HELP: Final = "remove it, or mend what it names"
HIDES_NOTHING: Final = "this suppression hides nothing"
"""The claim of what may go without a change; a fix removes nothing else."""
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    health: {match: ["GET /health"]}
  # meshc: ignore[MC501] reason: the monitor is not in the mesh yet
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
  allow: [{from: [anyone], operations: [health]}]
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    health: {match: ["GET /health"]}
  allow: [{from: [anyone], operations: [health]}]
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  # meshc: ignore[MC501, allow-al] reason: everybody may, until teams are known
#                        ^^^^^^^^ here
  allow: [{from: [anyone]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  # meshc: ignore[MC501] reason: everybody may, until teams are known
  allow: [{from: [anyone]}]
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Remove a comment, or one code of several, that hides nothing; nothing that is misspelt."""
    place = finding.primary
    text = sources.text(place.file)
    start, end = place.start, place.end
    if finding.message != HIDES_NOTHING:
        return None
    if text[start : start + 1] != b"#":
        before = text[:start].rstrip()
        if before.endswith(b","):
            start = len(before) - 1
        else:
            after = text[end:]
            end += len(after) - len(after.lstrip(b", \t"))
        return Fix("remove the code", (Edit(place.file, start, end, ""),), safe=True)
    start = len(text[:start].rstrip(b" \t"))
    alone = start == 0 or text[start - 1 : start] in {b"\n", b"\r"}
    if alone:
        end += 2 if text[end : end + 2] == b"\r\n" else 1 if end < len(text) else 0
    return Fix("remove the suppression", (Edit(place.file, start, end, ""),), safe=True)
