"""Services call each other in a ring, or a service calls itself.

Why it matters:
If each waits for the next, one slow member stops all of them, and none can be started or upgraded
first. Time-outs along a ring multiply.

What to do:
Break the ring at the call that can be made later, or through a queue.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from meshc.findings import Severity
from meshc.rules.rule import Found, Origin, fails, passes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from meshc._native import Mesh

SEVERITY: Final = Severity.INFO
FOUND_BY: Final = "rule"
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
    # One that calls itself is found by the linker, at the call.
    members = [ring for ring in mesh.graph().cycles() if len(ring) > 1]
    if not members:
        return
    calls = mesh.table("calls")
    edges: dict[str, dict[str, int]] = {}
    rows = zip(calls.column("caller"), calls.column("callee"), strict=True)
    for row, (caller, callee) in enumerate(rows):
        edges.setdefault(caller, {}).setdefault(callee, row)
    for ring in members:
        path = shortest_ring(min(ring), set(ring), edges)
        hops = list(pairwise(path))
        places = [calls.place(edges[caller][callee]) for caller, callee in hops]
        related: list[Origin] = [
            (*place, f"`{caller}` calls `{callee}`")
            for place, (caller, callee) in zip(places[1:], hops[1:], strict=True)
        ]
        yield Found(f"calls form a ring: {' -> '.join(path)}", *places[0], related=related)


def shortest_ring(start: str, ring: set[str], edges: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Give the shortest way from a workload back to itself, breadth first, by name."""
    seen: dict[str, str] = {}
    frontier = [start]
    while frontier:
        reached = []
        for caller in frontier:
            for callee in sorted(edges.get(caller, {})):
                if callee == start:
                    path = [caller]
                    while path[-1] != start:
                        path.append(seen[path[-1]])
                    return [*reversed(path), start]
                if callee in ring and callee not in seen:
                    seen[callee] = caller
                    reached.append(callee)
        frontier = reached
    return [start, start]
