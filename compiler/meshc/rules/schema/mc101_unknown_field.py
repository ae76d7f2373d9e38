"""A field is not part of the language.

Why it matters:
A misspelt field that is passed over is a rule that does not exist. Nothing is ever dropped
silently.

What to do:
Use the nearest name shown, or delete the field.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "`meshc explain --defaults` and the schemas list every field"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ownr: team-a
# ^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
"""),
)
