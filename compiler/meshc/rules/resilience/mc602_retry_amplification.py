"""Tries multiply along a path of calls.

Why it matters:
Each service on the way tries again by itself: three tries on each of three calls are 27 requests at
the end for one at the beginning, exactly when whoever is asked there has trouble already. Counted
is what may be sent again after it was sent (`idempotent` and more than `connect-failure`), where
somebody wrote `retry.attempts`; tries by default are held together by the retry budget. More than
16 are reported, and any ring in which a call is tried again.

What to do:
Try again in one place: where the call begins, or beside what fails. Set `attempts: 0` elsewhere.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import Found, fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from meshc._native import Call, Mesh
    from meshc.rules.rule import Origin, Sees

LIMIT: Final = 16
"""Requests at the end of a path for one at its beginning: four tries on each of two calls."""
SHOWN: Final = 10**9
"""Above this the number says no more."""

SEVERITY: Final = Severity.WARNING
STRICT: Final = Severity.ERROR
FOUND_BY: Final = "rule"
SEES: Final[Sees] = "mesh"
HELP: Final = "try again in one place of the path, and set `attempts: 0` in the others"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"], retry: {attempts: 4}}
  allow: [{from: [web], operations: [read]}]
  calls: [{to: stock.read}]
#              ^^^^^^^^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: stock, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /stock/{item}"], retry: {attempts: 3}}
  allow: [{from: [cart], operations: [read]}]
"""),
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"], retry: {attempts: 1}}
  allow: [{from: [stock], operations: [read]}]
  calls: [{to: stock.read}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: stock, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /stock/{item}"]}
  allow: [{from: [cart], operations: [read]}]
  calls: [{to: cart.read}]
#              ^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart.read}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"], retry: {attempts: 3}}
  allow: [{from: [web], operations: [read]}]
  calls: [{to: stock.take}, {to: stock.read}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: stock, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    take: {match: ["POST /stock/{item}"], retry: {attempts: 9}}
    read: {match: ["GET /stock/{item}"], retry: {attempts: 9, retryOn: [connect-failure]}}
  allow: [{from: [cart], operations: [take, read]}]
"""),
)


def check(mesh: Mesh) -> Iterator[Found]:
    """Find the first call of each path at which the product of tries passes the limit."""
    for requests, hops in mesh.graph().amplified(LIMIT):
        flow = [hop(tries, call) for tries, call in hops]
        *before, (_, (_, callee, last)) = hops
        if requests is None:
            (_, (caller, callee, last)), *before = hops
            message = f"a request from `{caller}` comes back to it, more often each time"
        else:
            many = f"{requests}" if requests <= SHOWN else f"more than {SHOWN}"
            message = f"one request of `{hops[0][1][0]}` can become {many} at `{callee}`"
        related = [hop(tries, call) for tries, call in before]
        yield Found(message, *last, related=related, flow=flow)


def hop(tries: int, call: Call) -> Origin:
    """Say how often a call is tried."""
    caller, callee, place = call
    times = "once" if tries == 1 else f"up to {tries} times"
    return (*place, f"`{caller}` asks `{callee}` {times}")
