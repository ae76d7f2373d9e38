"""A write is said to be idempotent and carries no key by which a second one is known.

Why it matters:
It may be sent again after it was carried out: two orders, two charges. `POST` and `PATCH` are not
idempotent by themselves (RFC 9110, 9.2.2).

What to do:
Ask for a key by which the application knows a repetition, do not try again, or leave `idempotent`
out. A `POST` counts where the operation's name begins with a word such as `add`, `create` or `pay`:
many only ask something.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.WARNING
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "ask for an `idempotency-key`, or set `retry: {attempts: 0}`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    add: {match: ["POST /carts/{user}/items"], idempotent: true}
#                                                          ^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    add:
      idempotent: true
      match: [{method: [POST], headers: {idempotency-key: {present: true}}}]
    quote: {match: ["POST /quotes"], idempotent: true}
    empty: {match: ["DELETE /carts/{user}"], idempotent: true}
"""),
)
