"""A scope selects nothing.

Why it matters:
A guardrail over nothing protects nothing, and a baseline adds nothing; usually a label is misspelt,
or stands on no workload yet.

What to do:
Compare the labels with those under `metadata` of the workloads that are meant.
"""

from typing import Final

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

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
