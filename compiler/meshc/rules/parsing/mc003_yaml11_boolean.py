"""A bare `on`, `off`, `yes` or `no` stands where a text is meant.

Why it matters:
YAML 1.1 tools (kubectl, kustomize, many libraries) read it as a boolean, YAML 1.2 as text: the same
file would mean two things.

What to do:
Put it in quotes.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

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
