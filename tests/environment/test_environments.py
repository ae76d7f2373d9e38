"""Environments: what linting says of them, what they compile to, and what is shown of them.

`MESHC_REWRITE=1` writes the findings of `cases` anew; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from meshc.compiling import UnknownEnvironment, compile_files, lint_files, render_files

if TYPE_CHECKING:
    from meshc.findings import Finding

Json = dict[str, Any]

CASES = sorted((Path(__file__).parent / "cases").iterdir())
BOUTIQUE = Path(__file__).parents[2] / "examples" / "boutique"
SEED = int(os.environ.get("MESHC_SEED", "20261121"))
ROUNDS = 60
SHOWN = {"MC212", "MC214", "MC502"}
"""What the small meshes of the cases say anyway."""


def files_of(folder: Path) -> list[tuple[str, bytes]]:
    """The files of a repository."""
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in {".yaml", ".toml"})
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in found]


def told(finding: Finding) -> str:
    """A finding with its places."""
    at = finding.primary
    line = f"{at.file}:{at.line}:{at.column}-{at.end_column} {finding.code} {finding.message}\n"
    others = (f"  {one.place.file}:{one.place.line} {one.message}\n" for one in finding.related)
    helped = f"  = {finding.help}\n" if finding.help else ""
    return line + "".join(others) + helped


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said(case: Path) -> None:
    found = lint_files(files_of(case)).findings
    said = "".join(told(one) for one in found if one.code not in SHOWN)
    wanted = case / "findings.txt"
    if os.environ.get("MESHC_REWRITE"):
        wanted.write_text(said, encoding="utf-8")
    assert said == wanted.read_text(encoding="utf-8")


def test_an_unknown_environment_names_those_there_are() -> None:
    files = files_of(Path(__file__).parent / "cases" / "a-deny-is-gone")
    with pytest.raises(UnknownEnvironment) as caught:
        compile_files(files, "worktree", "stagin")
    assert caught.value.known == ("prod", "staging")


KEYS = {"ports": "name", "traffic": "name", "allow": "name", "deny": "name", "calls": "to"}
"""How lists below `spec` are merged; written down here once more."""


def merged(base: Any, patch: Any, path: tuple[str, ...] = ()) -> Any:
    """A patched value, by RFC 7396 and by the keys of lists: short, slow, and another's work."""
    if isinstance(patch, dict):
        base = base if isinstance(base, dict) else {}
        kept = {key: value for key, value in base.items() if key not in patch}
        new = {
            key: merged(base.get(key), value, (*path, key))
            for key, value in patch.items()
            if value is not None
        }
        return {**kept, **new}
    field = KEYS.get(path[-1]) if path[:1] == ("spec",) and len(path) == 2 else None
    if path == ("spec", "instances", "static"):
        field = "address"
    if field is None or not isinstance(base, list):
        return patch
    named = {item[field]: item for item in patch}
    items = [
        merged(item, named.pop(item[field])) if item.get(field) in named else item for item in base
    ]
    return [*items, *named.values()]


PATCHES: list[tuple[str, Json]] = [
    ("cart", {"requests": {"timeout": "3s"}}),
    ("cart", {"ports": [{"name": "api", "target": 9999}]}),
    ("cart", {"allow": [{"name": "later", "from": ["frontend"], "operations": ["rest"]}]}),
    ("cart", {"hosts": ["cart.staging.test"]}),
    ("checkout", {"calls": [{"to": "cart.read", "timeout": "90ms"}]}),
    ("checkout", {"instances": {"static": [{"address": "127.9.9.9", "zone": "z"}]}}),
    ("checkout", {"paths": ["plain"]}),
    ("payment", {"requests": {"timeout": "1s"}, "paths": ["plain", "case-insensitive"]}),
    ("payment", {"deny": [{"name": "none", "match": ["ANY /never/**"]}]}),
    ("catalog", {"allow": None}),
    ("catalog", {"operations": {"added": {"match": ["GET /added"]}}}),
    ("catalog", {"identity": {"serviceAccount": "catalogue"}}),
    ("shipping", {"instances": {"static": [{"address": "127.8.8.8"}]}, "requests": None}),
]


def test_an_environment_is_its_documents_patched_by_hand() -> None:
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sequence, no secret
    files = files_of(BOUTIQUE)
    compiled = 0
    for _ in range(ROUNDS):
        chosen = rng.sample(PATCHES, rng.randint(1, 4))
        patches = [
            {
                "name": f"p{number}",
                "target": {"kind": "ServiceIntent", "namespace": "shop", "name": name},
                "merge": {"spec": patch},
            }
            for number, (name, patch) in enumerate(chosen)
        ]
        widens = [{"patch": one["name"], "reason": "a test"} for one in patches]
        environment = {
            "apiVersion": "meshc.dev/v1",
            "kind": "Environment",
            "metadata": {"name": "e"},
            "spec": {"patches": patches, "widens": widens},
        }
        by_us = compile_files([*files, ("e.yaml", json.dumps(environment).encode())], "c", "e")
        by_hand = compile_files([by_hand_of(file, chosen) for file in files], "c")
        errors = {(one.code, one.message) for one in by_us.findings if one.severity == "error"}
        wanted = {(one.code, one.message) for one in by_hand.findings if one.severity == "error"}
        # Who waits longer than an Environment allows makes no mistake.
        wanted = {one for one in wanted if one[0] != "MC603"}
        assert errors == wanted
        if by_hand.fit and by_us.fit:
            compiled += 1
            assert [one[:2] for one in by_us.slices] == [one[:2] for one in by_hand.slices]
    assert compiled > ROUNDS // 4


def by_hand_of(file: tuple[str, bytes], chosen: list[tuple[str, Json]]) -> tuple[str, bytes]:
    """A file with the patches in it."""
    path, content = file
    if not path.endswith(".yaml") or path.startswith("endpoints/"):
        return file
    documents = []
    for document in yaml.safe_load_all(content):
        for name, patch in chosen:
            if document["kind"] == "ServiceIntent" and document["metadata"]["name"] == name:
                document = merged(document, {"spec": patch})  # noqa: PLW2901 - one after another
        documents.append(document)
    return path, yaml.safe_dump_all(documents, sort_keys=False).encode()


def test_places_of_patched_values_are_in_the_patch() -> None:
    files = files_of(Path(__file__).parent / "cases" / "what-is-listed-may-widen")
    files = [(path, text.replace(b"patch: caller,", b"patch: callers,")) for path, text in files]
    compiled = compile_files(files, "worktree", "staging")
    assert compiled.fit, compiled.findings
    content, told_places = next(
        (json.loads(slice_), json.loads(places))
        for name, slice_, places in compiled.slices
        if name == "shop/pay"
    )
    assert content["inbound"]["deny"] == []
    assert len(content["inbound"]["allow"][1]["from"]["identities"]) == 2
    assert "shop/pay.yaml" in told_places["files"]
    table = compiled.mesh.table("values")
    [row] = table.matching(service="shop/pay", field="requests.timeout")
    assert compiled.mesh.place("values", row)[0] == "staging.yaml"


def value(node: Json) -> object:
    """What a rendered node says."""
    if "entries" in node:
        return {key: value(inner) for key, inner in node["entries"]}
    return [value(item) for item in node["items"]] if "items" in node else node["value"]


def origins(node: Json) -> list[tuple[object, list[object] | str]]:
    """Every scalar with its origin."""
    if "value" in node:
        return [(node["value"], node["at"])]
    inner = [one for _, one in node["entries"]] if "entries" in node else node["items"]
    return [pair for one in inner for pair in origins(one)]


@pytest.mark.parametrize("environment", [None, "staging"])
def test_what_is_rendered_compiles_to_the_same(environment: str | None) -> None:
    files = files_of(Path(__file__).parent / "cases" / "what-is-narrower-is-fine")
    shown = json.loads(render_files(files, environment))
    lines = {path: text.decode().splitlines() for path, text in files}
    for document in shown:
        for scalar, at in origins(document["document"]):
            if isinstance(at, list):
                path, number = at
                assert isinstance(path, str)
                assert isinstance(number, int)
                assert str(scalar) in lines[path][number - 1]
    text = yaml.safe_dump_all([value(one["document"]) for one in shown]).encode()
    text = text.replace(b"protected:\n  - prod\n", b"")
    again = compile_files([("all.yaml", text)], "worktree")
    assert again.fit, again.findings
    wanted = compile_files(files, "worktree", environment)
    assert [one[:2] for one in again.slices] == [one[:2] for one in wanted.slices]
    kinds = {at for one in shown for _, at in origins(one["document"]) if isinstance(at, str)}
    assert "closed by default" in kinds


def test_of_a_baseline_what_it_adds_is_shown() -> None:
    files = files_of(Path(__file__).parent / "cases" / "what-is-narrower-is-fine")
    baseline = (
        "apiVersion: meshc.dev/v1\nkind: Baseline\nmetadata: {name: b, namespace: mon}\nspec:\n"
        "  operations: {metrics: {match: [GET /metrics]}}\n"
        "  allow: [{from: [prometheus], operations: [metrics]}]\n"
        "  probes: [{path: /healthz, port: api}]\n---\n"
        "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n"
        "metadata: {name: prometheus, namespace: mon}\n"
        'spec: {owner: mon, calls: [{to: "*/*.metrics"}]}\n'
    )
    shown = json.loads(render_files([*files, ("b.yaml", baseline.encode())], "staging"))
    assert {one["kind"] for one in shown} == {"Mesh", "ServiceIntent"}
    [pay] = [one for one in shown if one["name"] == "pay"]
    spec = value(pay["document"])["spec"]  # type: ignore[index]
    assert spec["operations"]["metrics"]["match"] == ["GET /metrics"]
    assert spec["allow"][-1] == {"from": ["mon/prometheus"], "operations": ["metrics"]}
    assert spec["probes"] == [{"path": "/healthz", "port": "api"}]
    assert ("GET /metrics", ["b.yaml", 5]) in origins(pay["document"])
