"""A mesh that was patched is the mesh that reading everything gives, whatever the edit; so is one
that was begun with the image of an earlier one.

Edits are random: lines go, come twice, or take words from elsewhere in the repository; files
become empty, each other's copies, or end in the middle. `MESHC_EDITS` makes more of them.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from meshc import mesh
from meshc.rules import hits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc._native import Mesh

HERE = Path(__file__).parent
DAY = "2027-06-30"
EDITS = int(os.environ.get("MESHC_EDITS", "400"))
WORD = re.compile(r"[A-Za-z0-9_./*-]+")
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


def cases() -> Iterator[dict[str, str]]:
    """Give every repository of the linker's cases."""
    for case in sorted((HERE / "cases").iterdir()):
        files = [one for one in sorted(case.rglob("*")) if one.suffix in {".yaml", ".json", ".pem"}]
        texts = {one.relative_to(case).as_posix(): one.read_text() for one in files}
        yield {"mesh.yaml": PLATFORM.partition("---")[0], **texts}


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


def said(linked: Mesh, paths: list[str]) -> object:
    """Give everything that can be asked of a mesh."""
    findings = [
        (one.code, one.message, one.file, one.start, one.end, one.help, one.related)
        for one in linked.findings()
    ]
    tables = {
        name: [linked.table(name).column(column) for column in linked.table(name).columns]
        for name in ("services", "calls", "allow", "operations", "instances", "values")
    }
    checked = [(code, one.message, one.file, one.start) for code, one in hits(linked, DAY)]
    places = [linked.table("calls").place(row) for row in range(len(linked.table("calls")))]
    graph = linked.graph()
    mentions = [linked.mention_at(path, byte) for path in paths for byte in (60, 150, 300)]
    meant = linked.perhaps_called()
    return (findings, checked, tables, places, graph.edges(), graph.cycles(), meant,
            mentions, linked.tests(), graph.amplified(2), linked.slices())  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_patched_mesh_is_the_one_that_is_read_anew(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  repeatable, no secret
    starts = [generated(seed), generated(seed + 100), *cases()]
    patched_edits = 0
    for _ in range(EDITS // 4 // 10):
        files = dict(chance.choice(starts[:2] if chance.random() < 0.8 else starts))
        linked = mesh.link([(path, text.encode()) for path, text in files.items()], [])
        for _ in range(10):
            before = dict(files)
            changed = edited(files, chance)
            files |= changed
            now = [(path, text.encode()) for path, text in files.items()]
            fresh = mesh.link(now, [])
            edits = [(path, text.encode()) for path, text in changed.items()]
            patched = mesh.patched(linked, edits, [])
            image = linked.image()
            restored = mesh.restored(image, now, []) if image else None
            assert (restored is None) == (patched is None)
            if patched is not None and restored is not None:
                patched_edits += 1
                wanted = said(fresh, sorted(files))
                assert said(patched, sorted(files)) == wanted, (before, changed)
                assert said(restored, sorted(files)) == wanted, (before, changed)
            linked = restored or fresh
    assert patched_edits > EDITS // 4 // 5, "many edits are of what can be patched"


def test_what_is_no_image_is_nothing() -> None:
    files = [(path, text.encode()) for path, text in generated(1).items()]
    image = mesh.link(files, []).image()
    assert image is not None
    assert mesh.restored(image, files, []) is not None
    chance = random.Random(1)  # noqa: S311  the same
    for _ in range(EDITS):
        cut = image[: chance.randrange(len(image))]
        assert mesh.restored(cut, files, []) is None
        at = chance.randrange(len(image))
        mesh.restored(image[:at] + bytes([chance.randrange(256)]) + image[at + 1 :], files, [])
    assert mesh.restored(image, files[1:], []) is None
    assert mesh.restored(image + b"0", files, []) is None
