"""A document is larger than tools hand on.

Why it matters:
`kubectl apply` keeps an object in its annotations, which hold 256 KiB; an API server refuses
objects not much larger. Such an intent lints and cannot be applied.

What to do:
Move long lists into files (`instances: {file: …}`), or split the intent.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "move long lists into files, or split the intent"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata:
  name: cart
#       ^^^^ here
  namespace: shop
  labels:
    key-N: sixty letters that somebody keeps where nobody will look for them  # 4000 of these
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata:
  name: cart
  namespace: shop
  labels:
    key-N: sixty letters that somebody keeps where nobody will look for them  # 400 of these
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)
