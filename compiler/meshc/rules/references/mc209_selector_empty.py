"""A scope selects nothing, or a namespace that a rule names as callers is empty.

Why it matters:
A guardrail over nothing protects nothing, and a baseline adds nothing; usually a label is misspelt,
or stands on no workload yet. A rule for everybody in an empty namespace admits nobody.

What to do:
Compare the labels with those under `metadata` of the workloads that are meant, and the namespace
with where the callers are declared.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "linker"
HELP: Final = "compare it with the namespaces and labels of the workloads that are meant"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop, labels: {data: pci}}
spec: {owner: team-cart}
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: card-data, namespace: shop}
spec:
  scope: {labels: {data: pic}}
#        ^^^^^^^^^^^^^^^^^^^^^ here
  deny: [{match: ["ANY /debug/**"]}]
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  namespaces: [{name: shop}, {name: desk}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [desk/*], operations: [rest]}]
#                 ^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop, labels: {data: pci}}
spec: {owner: team-cart}
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: card-data, namespace: shop}
spec:
  scope: {labels: {data: pci}}
  deny: [{match: ["ANY /debug/**"]}]
"""),
)
