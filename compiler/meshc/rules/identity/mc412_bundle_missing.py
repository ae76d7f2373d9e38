"""A rule names a trust domain that has no bundle, or a bundle holds no roots.

Why it matters:
An identity of another trust domain is proved by that domain's root certificates. Without them
nobody can prove it, so the rule would never hold; with a private key or a workload's certificate
among them somebody published what should be secret, or trusts less or more than was meant.

What to do:
Ask the other side for its root certificates, put them into the repository as PEM, and list the
trust domain under `federation` of the Mesh.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "linker"
HELP: Final = "list the trust domain with its root certificates under `federation` of the Mesh"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
  ports: [{name: api, port: 8080, protocol: http}]
  allow:
    - from: [{identity: "spiffe://partner.test/ns/orders/sa/web"}]
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
      operations: [rest]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [shop/*], operations: [rest]}]
"""),
)
