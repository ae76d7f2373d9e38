"""A value has another type than its field, or lies outside its range.

Why it matters:
Types come from the schema, never from YAML's guess. A port of 0 or 70000 does not exist.

What to do:
Write a value of the type and range shown.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "write a value of the type that is expected"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 70000, protocol: http}]
#                           ^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)
