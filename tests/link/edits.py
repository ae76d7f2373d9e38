"""Random repositories, random edits of them, and everything that a linked mesh can be asked.

Of the edits lines go, come twice, or take words from elsewhere in the repository; files become
empty, each other's copies, or end in the middle.
"""

from __future__ import annotations

import os
import random
import re
from typing import TYPE_CHECKING

from meshc.rules import hits

if TYPE_CHECKING:
    from meshc._native import Cell, Mesh

DAY = "2027-06-30"
EDITS = int(os.environ.get("MESHC_EDITS", "400"))
"""Edits of one test; `MESHC_EDITS` makes more of them."""
WORD = re.compile(r"[A-Za-z0-9_./*-]+")
TABLES = (
    *("services", "ports", "operations", "instances", "traffic", "allow", "deny", "calls"),
    *("values", "namespaces"),
)
QUESTIONS: tuple[tuple[str, dict[str, Cell]], ...] = (
    ("services", {"owner": None}),
    ("services", {"callers": 0, "gateway": False}),
    ("operations", {"timeoutMs__gt": 1000, "idempotent": True}),
    ("calls", {"timeoutMs__ne": None}),
    ("calls", {"caller__startswith": "a/", "callee__ne": "b/s1"}),
    ("allow", {"until": None, "callers__contains": "b/*"}),
)
"""Some of them are answered without a whole column where nobody asked for it before."""
PLATFORM = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: m}
spec:
  trustDomain: t.test
  teams: [red, blue]
  namespaces: [{name: a}, {name: b, hosts: ["*.b.test"]}, {name: c}]
---
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: owned, namespace: a}
spec:
  scope: {namespaces: [a, b]}
  deny: [{name: no-c, from: [c/*]}]
  require: {owner: true, timeoutAtMost: 20s}
---
apiVersion: meshc.dev/v1
kind: Baseline
metadata: {name: health, namespace: a}
spec:
  scope: {namespaces: [a, b]}
  operations: {scrape: {match: [GET /metrics]}}
  allow: [{name: scraper, from: [b/s5], operations: [scrape]}]
---
apiVersion: meshc.dev/v1
kind: ExternalIntent
metadata: {name: bank, namespace: c}
spec:
  hosts: [bank.example]
  ports: [{name: https, port: 443, protocol: tls}]
"""


def service(number: int, chance: random.Random) -> str:
    """Write a service, or a gateway, that calls and admits a few others."""
    namespace = "abc"[number % 3]
    others = [f"{'abc'[one % 3]}/s{one}" for one in chance.sample(range(12), 4)]
    if number == 11:
        return f"""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {{name: s{number}, namespace: {namespace}}}
spec:
  owner: red
  listeners: [{{name: web, port: 80, protocol: http, hosts: [www.t.test]}}]
  routes: [{{name: all, to: {others[0]}.get, match: [GET /**]}}]
  allow: [{{name: public, from: [anonymous]}}]
"""
    calls = [f"{{to: {others[0]}.get, timeout: 2s}}", f"{{to: {others[1]}}}"]
    calls += ['{to: "*/*.scrape"}'] if number == 5 else []
    callers = ", ".join([*others[2:], *(["b/*"] if number % 4 == 0 else [])])
    return f"""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {{name: s{number}, namespace: {namespace}}}
spec:
  owner: {chance.choice(["red", "blue"])}
  hosts: [s{number}.b.test]
  ports: [{{name: api, port: 80{number:02}, protocol: http}}]
  instances: {{static: [{{address: 127.0.0.{number + 1}}}, {{address: 10.0.0.{number}}}]}}
  operations:
    get: {{match: ["GET /items"], timeout: {1 + number % 3}s}}
    put: {{match: ["PUT /items/{{id}}"], retry: {{attempts: 2}}}}
  allow:
    - {{name: readers, from: [{callers}], operations: [get]}}
    - {{name: all, from: [{others[2]}]}}
  calls: [{", ".join(calls)}]
"""


def generated(seed: int) -> dict[str, str]:
    """Give a repository of twelve workloads, each in a file of its own."""
    chance = random.Random(seed)  # noqa: S311  repeatable, no secret
    files = {f"s{number}.yaml": service(number, chance) for number in range(12)}
    return {"mesh.yaml": PLATFORM, **files}


def swapped(line: str, files: dict[str, str], chance: random.Random) -> str:
    """Write words of the repository in the place of some of a line."""
    words = [one for text in files.values() for one in WORD.findall(text)]
    return WORD.sub(lambda one: chance.choice(words) if chance.random() < 0.2 else one[0], line)


def edited(files: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Give one or two files another text."""
    changed = {}
    for path in chance.sample(sorted(files), min(len(files), chance.choice([1, 1, 1, 2]))):
        lines = files[path].splitlines(keepends=True)
        at = chance.randrange(len(lines)) if lines else 0
        match chance.randrange(10):
            case 0:
                del lines[at : at + 1]
            case 1:
                lines[at:at] = lines[at : at + 1]
            case 2:
                lines = lines[:at]
            case 3:
                lines = files[chance.choice(sorted(files))].splitlines(keepends=True)
            case 4:
                lines += ["---\n", *files[chance.choice(sorted(files))].splitlines(keepends=True)]
            case 5:
                lines[at:at] = ["# a comment\n"]
            case _ if lines:
                lines[at] = swapped(lines[at], files, chance)
        changed[path] = "".join(lines)
    return changed


def answers(linked: Mesh) -> list[list[int]]:
    """Ask the questions."""
    return [linked.table(name).matching(**conditions) for name, conditions in QUESTIONS]


def said(linked: Mesh, paths: list[str]) -> object:
    """Give everything that can be asked of a mesh."""
    findings = [
        (one.code, one.message, one.file, one.start, one.end, one.help, one.related)
        for one in linked.findings()
    ]
    asked = answers(linked)
    tables = {
        name: [linked.table(name).column(column) for column in linked.table(name).columns]
        for name in TABLES
    }
    places = [
        [linked.table(name).place(row) for row in range(len(linked.table(name)))]
        for name in TABLES[:-1]
    ]
    graph, emitted = linked.graph(), linked.emit()
    checked = [(code, one.message, one.file, one.start) for code, one in hits(linked, DAY)]
    mentions = [linked.mention_at(path, byte) for path in paths for byte in (60, 150, 300)]
    paths_of_calls = (graph.edges(), graph.cycles(), graph.inverted(), graph.amplified(2))
    meant = linked.perhaps_called()
    return (findings, checked, asked, tables, places, paths_of_calls, meant, mentions,
            linked.tests(), emitted.slices, emitted.callees)  # fmt: skip
