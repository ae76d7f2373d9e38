"""Text has the form of a key or token.

Why it matters:
Whoever can read the repository has it, for ever: a commit that removes it leaves it in the history.
Only forms that nothing else has are looked for. What was found is never printed.

What to do:
Replace it where it is valid, at once; then take it out, and name a secret of the proxy instead.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "make it worthless where it is valid, then take it out of the repository"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata:
  name: cart
  namespace: shop
  annotations:
    example.com/key: |
      -----BEGIN EC PRIVATE KEY-----
#     ^^^^^^^^^^^^^^^^^^^^^^^^^ here
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata:
  name: cart
  namespace: shop
  annotations:
    example.com/key: in the vault, under carts
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)
