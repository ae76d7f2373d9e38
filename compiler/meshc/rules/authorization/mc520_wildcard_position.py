"""A `*` stands where it is compared as any other character.

Why it matters:
Only `/**` at the end of a path, `*.` in front of a host and `/*` behind a namespace or SPIFFE ID
are wildcards. Anywhere else a `*` is met by a `*` alone, so the rule never holds.

What to do:
Write `{name}` in a path, and `prefix`, `suffix` or `regex` for a value.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "write `{name}` in a path; `prefix`, `suffix` or `regex` for a value"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    page: {match: ["GET /pages/*.html"]}
#                              ^ here
  deny:
    - {operations: [page], when: {headers: {user-agent: {equals: "legacy/*"}}}}
#                                                                ^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    page: {match: ["GET /pages/{name}.html", "GET /assets/**"]}
  deny:
    - {operations: [page], when: {headers: {accept: {equals: "*/*"}}}}
"""),
)
