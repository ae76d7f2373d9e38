"""A file exceeds a budget of the reader, or an anchor contains itself.

Why it matters:
Size, depth, nodes and aliases are bounded, so that no file can exhaust the machine that reads it:
a few lines of aliases can stand for billions of nodes.

What to do:
Split the file, or write out what the aliases stand for.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "split the file; intents need no such size"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: &loop [*loop]
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
