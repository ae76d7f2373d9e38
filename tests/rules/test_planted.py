"""Recall and precision: mistakes planted in a generated mesh of 500 services, one of each rule.

Every one is found where it was planted, and nothing else is found that is an error or a warning.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from meshc.compiling import lint_files
from meshc.findings import Finding, Severity
from meshc.policy.judging import Asked
from meshc.repo.folder import Folder
from meshc.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICES = 500
ROOT = Path(__file__).resolve().parents[2]
DAY = "2027-06-30"
KEY = "AKIA" + "ABCDEFGHIJ234567"
Files = dict[str, str]


@dataclass(frozen=True)
class Plant:
    """A mistake: what to write instead of what, in the intent of one service."""

    code: str
    old: str
    """A regular expression."""
    new: str


READERS = r"allow: \[\{name: readers, from: (\[.*\]), operations: \[list, read\]\}\]"
PLANTS = (
    Plant("MC001", r"\Z", "---\nspec: [\n"),
    Plant("MC002", r"  owner: (\S+)", r"  owner: \1\n  owner: \1"),
    Plant("MC003", r"labels: \{version: v1\}", "labels: {version: v1, x: on}"),
    Plant("MC010", r'"GET /search/\*\*"', '"GET /se\u0430rch/**"'),
    Plant("MC101", r"timeout: 1s", "timeut: 1s"),
    Plant("MC104", r"owner: \S+", "owner: team-99"),
    Plant("MC105", r"    search:", "    Search_It:"),
    Plant("MC112", r'/search/\*\*"\], timeout: \S+\}', '/search/**"], timeout: 2 sec}'),
    Plant("MC114", r"(namespace: \S+)\}", r"\1, annotations: {linkerd.io/inject: enabled}}"),
    Plant("MC201", r"\.read, timeout", ".reed, timeout"),
    Plant("MC206", r"version: v2, weight: 10", "version: v3, weight: 10"),
    Plant("MC210", r"address: [0-9.]+, version: v2", "address: 10.0.5.1, version: v2"),
    Plant(
        "MC211",
        r"address: ([0-9.]+)1, (.*)\n.*2, ",
        r"address: \g<1>1, \2\n      - {address: \g<1>1, ",
    ),
    Plant("MC306", r"weight: 90(.*)weight: 10", r"weight: 0\1weight: 0"),
    Plant("MC307", r"GET /search/\*\*", "GET /search/../x"),
    Plant("MC308", r"  traffic:", "  traffic:\n    - {name: second, to: [{version: v1}]}"),
    Plant("MC310", r"name: canary, ", "name: canary, headers: {x-canary: {present: true}}, "),
    Plant("MC315", r"\{name: api,", "{name: redis,"),
    Plant("MC319", r"address: [0-9.]+, version: v2", "address: 0.0.0.0, version: v2"),
    Plant("MC405", r"  owner:", "  identity: {serviceAccount: default}\n  owner:"),
    Plant("MC501", READERS, "allow: [{name: readers, from: [anyone]}]"),
    Plant("MC508", r"GET /search", "get /search"),
    Plant("MC509", r'\["GET /search/\*\*"\]', '[{method: [GET], path: {regex: "/search.*"}}]'),
    Plant(
        "MC515",
        READERS,
        r"allow: [{name: readers, from: \1, operations: [list, read]}, "
        r"{name: users, from: \1, operations: [read], user: {issuer: corp}}]",
    ),
    Plant(
        "MC518",
        READERS,
        r"allow: [{name: readers, from: \1, operations: [list, read], "
        r"when: {query: {x: {not: {equals: a}}}}}]",
    ),
    Plant(
        "MC519", READERS, r"allow: [{name: a, from: [ns-001/*, anyone], operations: [list, read]}]"
    ),
    Plant("MC520", r"GET /search/\*\*", "GET /search/*.html"),
    Plant("MC521", r'read: \{match: \["GET,HEAD', 'read: {match: ["ANY'),
    Plant(
        "MC522",
        READERS,
        r"allow: [{name: readers, from: \1, operations: [list, read], "
        r"when: {source: {cidr: [10.0.0.0/8]}}}]",
    ),
    Plant(
        "MC530",
        READERS,
        r'allow: [{name: readers, from: \1, operations: [list, read], until: "2027-06-30"}]',
    ),
    Plant("MC534", r"name: canary, ", 'name: canary, headers: {x-a: {equals: "a, b"}}, '),
    Plant("MC535", r"  calls:", '  deny: [{match: ["ANY /x"], until: "2028-01-01"}]\n  calls:'),
    Plant("MC601", r'"PUT /items/\{id\}"\], ', '"PUT /items/{id}"], idempotent: true, '),
    Plant("MC603", r"timeout: 1s", "timeout: 2s"),
    Plant("MC605", r'(/search/\*\*"\], timeout: \S+)\}', r"\1, retry: {attempts: 9, perTry: 1s}}"),
    Plant(
        "MC607",
        r"  calls:",
        "  rateLimits: [{name: all, rate: 9/s}, {name: each, per: caller, rate: 9/s}]\n  calls:",
    ),
    Plant("MC613", r"timeout: 1s", "timeout: 9s"),
    Plant("MC703", r"  owner: \S+\n", ""),
    Plant("MC810", r"spec:", f"spec:  # {KEY}"),
)
"""Mistakes inside one intent."""
EDGE = """\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: ns-000}
spec:
  owner: team-1
  listeners: [{name: web, port: 8080, protocol: http, hosts: [a.test]}]
  routes:
    - {name: all, to: svc-00000}
    - {name: other, to: svc-00000, hosts: [b.test]}
  allow: [{name: public, from: [anonymous]}, {name: inside, from: [ns-001/svc-00030]}]
"""
BEHIND = """\
  allow:
    - {name: open, from: [edge], operations: [metrics, rest]}
    - {name: role, from: [edge], operations: [list], when: {headers: {x-role: {equals: a}}}}
    - name: readers
"""
AT_THE_EDGE = {
    ("MC304", "ns-000/edge.yaml"),
    ("MC317", "ns-000/edge.yaml"),
    ("MC513", "ns-000/svc-00000.yaml"),
    ("MC524", "ns-000/edge.yaml"),
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Give the generated mesh, which has an issuer of tokens too."""
    spec = importlib.util.spec_from_file_location("corpus", ROOT / "bench/corpus.py")
    assert spec is not None
    assert spec.loader is not None
    corpus = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(corpus)
    folder = tmp_path_factory.mktemp("planted") / "mesh"
    corpus.write(folder, SERVICES)
    files = {path: content.decode() for path, content in Folder(folder).read().files}
    files["corp.yaml"] = (
        "apiVersion: meshc.dev/v1\nkind: TokenIssuer\nmetadata: {name: corp}\nspec:\n"
        "  issuer: https://id.corp.example\n  audiences: [shop]\n"
        '  keys: {url: "https://id.corp.example/keys"}\n'
    )
    return files


def found(files: Files, least: Severity) -> set[tuple[str, str]]:
    """Give code and file of what is found."""
    given = [(path, text.encode()) for path, text in sorted(files.items())]
    findings: tuple[Finding, ...] = lint_files(given, Asked(at=DAY)).findings
    return {(one.code, one.primary.file) for one in findings if one.severity.reaches(least)}


def fields(clean: Files, plants: int) -> list[str]:
    """Give files of services that are called and call, far from each other."""
    fitting = [
        path
        for path, text in clean.items()
        if "svc-" in path and "allow:" in text and "calls:" in text
    ]
    return sorted(fitting)[40 :: (len(fitting) - 40) // plants]


def planted(clean: Files) -> tuple[Files, set[tuple[str, str]]]:
    """Plant one mistake of each sort."""
    files, wanted = dict(clean), set()
    for plant, path in zip(PLANTS, fields(clean, len(PLANTS)), strict=False):
        files[path], count = re.subn(plant.old, plant.new, files[path], count=1)
        assert count == 1, (plant, files[path])
        wanted.add((plant.code, path))
    first = "ns-000/svc-00000.yaml"
    files["ns-000/edge.yaml"] = EDGE
    text = files[first].replace("    list:", '    metrics: {match: ["GET /metrics"]}\n    list:')
    files[first] = re.sub(
        r"  allow: \[\{name: readers, (.*)\}\]",
        lambda it: BEHIND + "      " + re.sub(r", operations", "\n      operations", it[1]),
        text,
    )
    return files, wanted | AT_THE_EDGE


def test_nothing_is_wrong_with_what_is_generated(clean: Files) -> None:
    # Some services are called by nobody, and admit nobody.
    assert {code for code, _ in found(clean, Severity.WARNING)} == {"MC502"}


def test_what_is_planted_is_found_and_nothing_else(clean: Files) -> None:
    files, wanted = planted(clean)
    seen = found(files, Severity.INFO)
    assert wanted - seen == set()
    weight: Callable[[str], Severity] = lambda code: Severity(RULES[code].severity)  # noqa: E731
    errors = {one for one in wanted if weight(one[0]) is Severity.ERROR}
    assert {one for one in seen if weight(one[0]) is Severity.ERROR} == errors


def test_tries_multiply_along_a_planted_path(clean: Files) -> None:
    files = dict(clean)
    path = fields(clean, 1)[0]
    callee = re.search(r"- \{to: (\S+)\.read", files[path])
    assert callee is not None
    for one in (path, f"{callee[1]}.yaml"):
        read = r'("GET,HEAD /items/\{id\}"\], timeout: \S+)\}'
        files[one], count = re.subn(read, r"\1, retry: {attempts: 4}}", files[one])
        assert count == 1
    given = [(name, text.encode()) for name, text in sorted(files.items())]
    findings = [one for one in lint_files(given).findings if one.code == "MC602"]
    assert [one.primary.file for one in findings] == [path]
    assert [hop.message.split("`")[3] for hop in findings[0].flow][-1] == callee[1]
    assert len(findings[0].flow) == 2
