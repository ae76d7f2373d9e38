"""A port's name and its protocol contradict each other, or two ports their target.

Why it matters:
What is spoken is declared, never sniffed. A database behind `protocol: http` gets no connection
that it understands; HTTP behind `protocol: tcp` is never looked into, so no operation of it can be
named.

What to do:
Declare what is spoken, or name the port after it. Give each protocol its own `target`.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "declare what is spoken, or name the port after it"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: api, port: 8080, protocol: http}
    - {name: http-admin, port: 8081, protocol: tcp}
#            ^^^^^^^^^^ here
    - {name: raw, port: 9000, target: 8080, protocol: tcp}
#                                     ^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: http, port: 8080, protocol: http}
    - {name: redis, port: 6379, protocol: tcp}
"""),
)
