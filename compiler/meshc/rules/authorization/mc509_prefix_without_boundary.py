"""A regular expression for a path goes on inside a segment.

Why it matters:
`/admin.*` matches `/admin/users` and `/administrator` alike, because `.` is any character. What was
meant as everything below a path then covers its neighbours too.

What to do:
Write the path with `/**` at its end, which ends at segments.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

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
