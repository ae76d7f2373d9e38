"""A name is not a DNS label, or is reserved.

Why it matters:
Names become host names, identities and metric labels. `anyone`, `anonymous` and `rest` have a
meaning of their own.

What to do:
Use lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "use lower-case letters, digits and `-`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: Cart_1, namespace: shop}
#                ^^^^^^ here
spec: {owner: team-a}
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart-1, namespace: shop}
spec:
  owner: team-a
"""),
)
