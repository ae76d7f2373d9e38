"""Services call each other in a ring, or a service calls itself.

Why it matters:
If each waits for the next, one slow member stops all of them, and none can be started or upgraded
first. Time-outs along a ring multiply.

What to do:
Break the ring at the call that can be made later, or through a queue.
"""

from __future__ import annotations

from itertools import pairwise

from meshc.findings import Severity
from meshc.rules.rule import Found, Origin, fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from meshc._native import Graph, Mesh, Table

SEVERITY: Final = Severity.INFO
FOUND_BY: Final = "rule"
SEES: Final = "mesh"
HELP: Final = "break the ring where an answer is not awaited"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [web], operations: [rest]}]
  calls: [{to: web}]
#              ^^^ here
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [cart], operations: [rest]}]
  calls: [{to: cart}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [web], operations: [rest]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  calls: [{to: cart}]
"""),
)


def check(mesh: Mesh) -> Iterator[Found]:
    """Find one shortest ring in each set of workloads that reach each other."""
    graph = mesh.graph()
    # One that calls itself is found by the linker, at the call.
    rings = [members for members in graph.cycles() if len(members) > 1]
    if not rings:
        return
    calls = mesh.table("calls")
    for members in rings:
        path = shortest(graph, members)
        places = [place(calls, caller, callee) for caller, callee in pairwise(path)]
        flow: list[Origin] = [
            (*where, f"`{caller}` calls `{callee}`")
            for where, (caller, callee) in zip(places, pairwise(path), strict=True)
        ]
        message = f"calls form a ring: {' -> '.join(path)}"
        yield Found(message, *places[0], related=flow[1:], flow=flow)


def shortest(graph: Graph, members: list[str]) -> list[str]:
    """Give the shortest way from the first member by name back to itself."""
    start = min(members)
    ways = [graph.path(callee, start) for callee in graph.callees(start) if callee in members]
    return [start, *min((way for way in ways if way), key=lambda way: (len(way), way))]


def place(calls: Table, caller: str, callee: str) -> tuple[str, int, int]:
    """Give the place of the first call between two workloads."""
    return calls.place(calls.matching(caller=caller, callee=callee)[0])
