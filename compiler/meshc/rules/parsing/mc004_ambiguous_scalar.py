"""A bare number, date or time stands where a text is meant.

Why it matters:
`012` is ten to some readers, `22:22` is 1342 and a date is a time stamp: whoever carries the file
through another tool gets another text.

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
    beta: {match: [{path: /beta, headers: {x-beta: {equals: 012}}}]}
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: "012"}}}]}
"""),
)
