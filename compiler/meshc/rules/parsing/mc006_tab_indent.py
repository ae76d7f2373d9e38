"""A tab is used as indentation.

Why it matters:
YAML forbids it, and editors show tabs at different widths, so the structure a person sees is not
the one a reader finds.

What to do:
Replace tabs at the beginning of lines with spaces.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "indent with spaces"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
\towner: team-a
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
"""),
)
