"""An annotation or label looks like a setting, and nobody reads it.

Why it matters:
Annotations of other meshes do nothing here: a time-out or an exception that somebody believes to
hold does not. Those under `meshc.dev/` mean nothing either; everything meshc obeys stands in
`spec`.

What to do:
Say it in `spec`, or delete it.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "checker"
HELP: Final = "say it in `spec`, or delete it"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata:
  name: cart
  namespace: shop
  annotations:
    sidecar.istio.io/inject: "true"
#   ^^^^^^^^^^^^^^^^^^^^^^^ here
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
    example.com/runbook: carts
    argocd.argoproj.io/sync-wave: "5"
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
)
