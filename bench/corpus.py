"""A generated repository: services in namespaces, calls that their callees admit.

    python bench/corpus.py FOLDER 1000

The same number gives the same bytes. Services call earlier ones only, so the graph has no cycle;
about 5.7 calls a service, near ones preferred, as in published call graphs; about 1 KB a file.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

CALLS = 5.7
"""Mean number of calls a service."""
PER_NAMESPACE = 25
OPERATIONS = (
    ("list", '["GET,HEAD /items"]'),
    ("read", '["GET,HEAD /items/{id}"]'),
    ("write", '["POST /items", "PUT /items/{id}"]'),
    ("search", '["GET /search/**"]'),
)


def workload(number: int) -> tuple[str, str]:
    """Give namespace and name of a service."""
    return f"ns-{number // PER_NAMESPACE:03d}", f"svc-{number:05d}"


def edges(count: int) -> list[set[int]]:
    """Give, for each service, those it calls."""
    chance = random.Random(count)
    return [
        {
            max(0, number - 1 - int(chance.expovariate(1 / 40)))
            for _ in range(min(number, round(chance.gauss(CALLS, 2))))
        }
        for number in range(count)
    ]


def document(number: int, calls: set[int], callers: list[int]) -> str:
    """Give one service's intent."""
    namespace, name = workload(number)
    lines = [
        "apiVersion: meshc.dev/v1",
        "kind: ServiceIntent",
        f"metadata: {{name: {name}, namespace: {namespace}}}",
        "spec:",
        f"  owner: team-{number % 10}",
        "  ports: [{name: api, port: 8080, target: 9080, protocol: http}]",
        "  instances:",
        "    static:",
        *(
            f"      - {{address: 10.{number >> 8}.{number & 255}.{i}, version: v{i}}}"
            for i in (1, 2)
        ),
        "  versions:",
        "    v1: {labels: {version: v1}}",
        "    v2: {labels: {version: v2}}",
        "  operations:",
        *(f"    {op}: {{match: {match}, timeout: {2 + number % 5}s}}" for op, match in OPERATIONS),
        "  traffic:",
        "    - {name: canary, to: [{version: v1, weight: 90}, {version: v2, weight: 10}]}",
    ]
    if callers:
        named = ", ".join("/".join(workload(caller)) for caller in callers)
        lines.append(f"  allow: [{{name: readers, from: [{named}], operations: [list, read]}}]")
    if calls:
        lines.append("  calls:")
    named = (workload(callee) for callee in sorted(calls))
    lines += [f"    - {{to: {where}/{who}.read, timeout: 1s}}" for where, who in named]
    return "\n".join(lines) + "\n"


def write(folder: Path, count: int) -> int:
    """Write the repository and give its size in bytes."""
    called = edges(count)
    callers: list[list[int]] = [[] for _ in range(count)]
    for number, calls in enumerate(called):
        for callee in calls:
            callers[callee].append(number)
    spaces = sorted({workload(number)[0] for number in range(count)})
    mesh = ["apiVersion: meshc.dev/v1", "kind: Mesh", "metadata: {name: corpus}", "spec:"]
    mesh += [
        "  trustDomain: corpus.test",
        "  namespaces:",
        *(f"    - {{name: {ns}}}" for ns in spaces),
    ]
    mesh += [f"  teams: [{', '.join(f'team-{number}' for number in range(10))}]", ""]
    folder.mkdir(parents=True)
    size = (folder / "mesh.yaml").write_text("\n".join(mesh))
    for number in range(count):
        namespace, name = workload(number)
        (folder / namespace).mkdir(exist_ok=True)
        text = document(number, called[number], callers[number])
        size += (folder / namespace / f"{name}.yaml").write_text(text)
    return size


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2])), "bytes")
