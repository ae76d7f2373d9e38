"""A mapping has the same key twice.

Why it matters:
Most YAML readers silently keep the last one. A reviewer sees the first, the mesh enforces the
second.

What to do:
Delete one of the two, or give one of them its real name.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

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
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
"""),
)
