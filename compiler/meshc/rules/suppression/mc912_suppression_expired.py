"""A suppression has ended, and what it hid is still there.

Why it matters:
Somebody promised to mend it by that day. From the day on the finding counts again; time is no input
of the compiler, so what is compiled does not change by itself. Of a Guardrail that was waived the
denies begin by themselves on that day; what it requires stays out until the Waiver is gone.

What to do:
Mend what it hid and remove it, or decide anew and give it a later day.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "policy"
HELP: Final = "mend what it hid, or decide anew and give it a later day"
EXAMPLES: Final = (
    fails(
        """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
# meshc: ignore[MC502] reason: its callers come in January until: 2027-01-31
#                                                                 ^^^^^^^^^^ here
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
""",
        at="2027-01-31",
    ),
    passes(
        """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
# meshc: ignore[MC502] reason: its callers come in January until: 2027-01-31
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
""",
        at="2027-01-30",
    ),
)
