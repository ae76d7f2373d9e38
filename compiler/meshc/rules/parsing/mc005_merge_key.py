"""A mapping uses the merge key `<<`.

Why it matters:
It belongs to YAML 1.1 only. Readers disagree whether it merges or is a key like any other, so two
tools would enforce two policies.

What to do:
Write the fields out, or move what repeats into the defaults of the Mesh.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "write the merged fields out"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
  <<: {owner: team-b}
# ^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
"""),
)
