"""A regular expression needs too large a table of states.

Why it matters:
Every request is decided in one look-up a byte. An expression whose automaton does not fit into
256 KiB would cost memory in every proxy, or time in every request.

What to do:
Count less (`{1,40}` after something it may itself contain is what explodes), or say which
characters may not stand in between.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "count less, or write what may not stand in between"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: [{path: {regex: "/(a|b)*a(a|b){40}"}}]}
# here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: [{path: {regex: "/[a-z]+/[0-9]{1,8}"}}]}
"""),
)
