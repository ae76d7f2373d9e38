"""A regular expression for a path goes on inside a segment.

Why it matters:
`/admin.*` matches `/admin/users` and `/administrator` alike, because `.` is any character. What was
meant as everything below a path then covers its neighbours too.

What to do:
Write the path with `/**` at its end, which ends at segments.
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
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "end at a segment: `/**` behind the path"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    administer: {match: [{path: {regex: "/admin.*"}}]}
#                                              ^^ here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    administer: {match: [{path: "/admin/**"}]}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    administer: {match: ["ANY /admin/**"]}
    version: {match: [{path: {regex: "/v[0-9]+/.*"}}]}
"""),
)


BELOW: Final = r"((?:/[A-Za-z0-9_-]+)+)\.\*\Z"


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Write the pattern of the path and everything below it, where nothing else is expressed."""
    file = finding.primary.file
    *_, mapping, regex = [None, *sources.document(file).at(finding.primary.start)]
    import re  # not on the road of a lint that finds something else

    found = re.match(BELOW, (regex.value if regex else None) or "")
    if found is None or mapping is None or len(mapping.entries()) != 1:
        return None
    text = f'"{found[1]}/**"'
    return Fix(f"write {text}", (Edit(file, mapping.start, mapping.end, text),), safe=False)
