"""A template marker was never rendered.

Why it matters:
`{{ … }}` and its relatives mean that the text is a template. Read as data it would declare names
that nobody meant.

What to do:
Render the templates before meshc reads them, or quote the text if it is really meant.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "render the template first"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: {{ .Values.owner }}
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
