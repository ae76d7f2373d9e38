"""Our CustomResourceDefinitions on a real API server: what it takes, keeps, and refuses.

The server prices every CEL rule when a definition is applied, and refuses one that could cost too
much: that it takes them all is a test of the bounds in the schema.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster.server import STRICT, Answer, Server, programs, running
from meshc.schema import crd, published

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
KINDS = published.kinds()
EXAMPLES = sorted((ROOT / "compiler" / "meshc" / "schema" / "examples").glob("*.yaml"))
WRONG = sorted((ROOT / "tests" / "corpus" / "kinds").glob("*/*"))
REFUSED = {400, 422}
MESH_WIDE = {kind for kind in KINDS if crd.crd(kind)["spec"]["scope"] == "Cluster"}
FOLDER = Path(__file__).parent
RULES = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))
TAKEN = yaml.safe_load((FOLDER / "taken.yaml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that serves every kind."""
    if programs() is None:
        pytest.skip("no Kubernetes API server: KUBE_APISERVER and ETCD do not name programs")
    with running(tmp_path_factory.mktemp("cluster")) as one:
        for kind in KINDS:
            path = ROOT / "schemas" / "crd" / f"{crd.plural_of(kind)}.yaml"
            definition = yaml.safe_load(path.read_text(encoding="utf-8"))
            answer = one.define(definition)
            assert answer.status in {200, 201}, answer.message
        for name in ("shop", "platform", "monitoring"):
            created = one.ask("POST", "/api/v1/namespaces", namespace(name))
            assert created.status == 201, created.message
        yield one


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def collection(kind: str, place: str) -> str:
    """Give the path of all objects of a kind in a namespace."""
    inside = "" if kind in MESH_WIDE else f"/namespaces/{place}"
    return f"/apis/{crd.GROUP}/{crd.VERSION}{inside}/{crd.plural_of(kind)}"


def path_of(document: dict[str, Any]) -> str:
    """Give the path of one object."""
    metadata = document["metadata"]
    return f"{collection(document['kind'], metadata.get('namespace', ''))}/{metadata['name']}"


def create(server: Server, document: dict[str, Any]) -> Answer:
    """Create an object, every field known."""
    return server.ask("POST", f"{path_of(document).rpartition('/')[0]}?{STRICT}", document)


def remove(server: Server, document: dict[str, Any]) -> None:
    assert server.ask("DELETE", path_of(document)).status == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_definition_is_taken_as_it_is_written(server: Server, kind: str) -> None:
    """Nothing of the schema is dropped, and it is structural."""
    path = ROOT / "schemas" / "crd" / f"{crd.plural_of(kind)}.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = server.define(written)  # It is there: this only reads it.
    assert kept.status == 409
    found = server.ask(
        "GET",
        f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{written['metadata']['name']}",
    ).body
    conditions = {one["type"]: one["status"] for one in found["status"]["conditions"]}
    assert conditions["Established"] == conditions["NamesAccepted"] == "True"
    assert conditions.get("NonStructuralSchema", "False") == "False"
    [version] = found["spec"]["versions"]
    assert version["schema"] == written["spec"]["versions"][0]["schema"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_taken_and_kept_whole(server: Server, example: Path) -> None:
    """What comes back is what was sent: no field is dropped and none is filled in."""
    document = yaml.safe_load(example.read_text(encoding="utf-8"))
    created = create(server, document)
    assert created.status == 201, created.message
    found = server.ask("GET", path_of(document)).body
    assert found["spec"] == document["spec"]
    assert "status" not in found
    # The same once more changes nothing: an operator in GitOps sees no drift.
    again = f"{path_of(document)}?fieldManager=gitops&force=true&{STRICT}"
    first = server.ask("PATCH", again, document, "apply-patch+yaml")
    second = server.ask("PATCH", again, document, "apply-patch+yaml")
    assert (first.status, second.status) == (200, 200), first.message
    versions = {one.body["metadata"]["resourceVersion"] for one in (first, second)}
    assert len(versions) == 1
    remove(server, document)


STATUS: dict[str, Any] = {
    "observedGeneration": 1,
    "conditions": [
        {
            "type": sort,
            "status": "True" if sort != "Stalled" else "False",
            "observedGeneration": 1,
            "lastTransitionTime": "2026-11-21T12:00:00Z",
            "reason": "Enforced",
            "message": "every proxy enforces what is written (shop/payments.yaml:3)",
        }
        for sort in ("Accepted", "Compiled", "Programmed", "Ready", "Reconciling", "Stalled")
    ],
    "bundle": {"digest": "sha256:" + "ab" * 32},
    "source": {"commit": "c0ffee" * 6 + "cafe"},
    "dataplanes": {"total": 3, "current": 2, "failing": 1, "oldestDigest": "sha256:" + "cd" * 32},
}
COUNTS = ("Current", "Total")
"""Columns that count proxies."""
WRONG_STATUS = {
    "a condition of no such type": {"conditions": [{**STATUS["conditions"][0], "type": "Fine"}]},
    "a state that is none": {"conditions": [{**STATUS["conditions"][0], "status": "Maybe"}]},
    "a reason of two words": {"conditions": [{**STATUS["conditions"][0], "reason": "all well"}]},
    "a condition of no generation": {
        "conditions": [
            {name: one for name, one in STATUS["conditions"][0].items() if "Generation" not in name}
        ]
    },
    "one condition twice": {"conditions": [STATUS["conditions"][0]] * 2},
    "half a digest": {"bundle": {"digest": "sha256:ab"}},
    "fewer than no proxies": {"dataplanes": {"total": -1}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_status_is_written_beside_the_object(server: Server, kind: str) -> None:
    """Its writer changes nothing that people wrote, and they change nothing of it."""
    document = yaml.safe_load((EXAMPLES[0].parent / f"{kind}.yaml").read_text(encoding="utf-8"))
    assert create(server, document).status == 201
    path = path_of(document)
    patch = {"status": STATUS, "spec": {"owner": "somebody-else"}}
    written = server.ask("PATCH", f"{path}/status", patch, "merge-patch+json")
    assert written.status == 200, written.message
    assert written.body["status"] == STATUS
    assert written.body["spec"] == document["spec"]
    assert written.body["metadata"]["generation"] == 1
    labelled = {"metadata": {"labels": {"a": "b"}}, "status": {"observedGeneration": 7}}
    left = server.ask("PATCH", path, labelled, "merge-patch+json")
    assert left.status == 200, left.message
    assert left.body["status"] == STATUS
    for what, status in WRONG_STATUS.items():
        refused = server.ask("PATCH", f"{path}/status", {"status": status}, "merge-patch+json")
        assert refused.status == 422, (what, refused.body)
    shown = server.ask("GET", collection(kind, document["metadata"].get("namespace", "")))
    assert [one["metadata"]["name"] for one in shown.body["items"]] == [
        document["metadata"]["name"]
    ]
    remove(server, document)


TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
"""How kubectl asks for what it prints."""


@pytest.mark.parametrize("kind", KINDS)
def test_columns_show_what_the_status_says(server: Server, kind: str) -> None:
    """A column whose path leads nowhere would be empty on every cluster."""
    document = yaml.safe_load((EXAMPLES[0].parent / f"{kind}.yaml").read_text(encoding="utf-8"))
    assert create(server, document).status == 201
    path = path_of(document)
    patch = {"status": STATUS}
    assert server.ask("PATCH", f"{path}/status", patch, "merge-patch+json").status == 200
    table = server.ask("GET", path, accept=TABLE).body
    names = [one["name"] for one in table["columnDefinitions"]]
    [row] = table["rows"]
    shown = dict(zip(names, row["cells"], strict=True))
    assert shown["Name"] == document["metadata"]["name"]
    assert (shown["Ready"], shown["Reason"]) == ("True", "Enforced")
    assert shown["Digest"] == STATUS["bundle"]["digest"]
    counted = {name: STATUS["dataplanes"][name.lower()] for name in names if name in COUNTS}
    assert {name: shown[name] for name in counted} == counted
    if "Owner" in names:
        assert shown["Owner"] == document["spec"].get("owner")
    remove(server, document)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_what_the_compiler_refuses_of_one_object_the_server_refuses(
    server: Server, case: Path
) -> None:
    """But for what a structural schema cannot say: `taken.yaml` says why of each."""
    text = (case / "intent.yaml").read_text(encoding="utf-8")
    metadata = yaml.safe_load(text)["metadata"]
    path = collection(case.parent.name, metadata.get("namespace", ""))
    answer = server.ask("POST", f"{path}?{STRICT}&dryRun=All", text, "yaml")
    name = f"{case.parent.name}/{case.name}"
    if name in TAKEN:
        assert answer.status == 201, f"now refused: {answer.message}"
    else:
        assert answer.status in REFUSED, "taken"


def test_what_is_taken_is_there() -> None:
    assert set(TAKEN) <= {f"{case.parent.name}/{case.name}" for case in WRONG}


@pytest.mark.parametrize("wrong", RULES, ids=lambda one: one["message"])
def test_a_rule_refuses_what_breaks_it(server: Server, wrong: dict[str, Any]) -> None:
    """One mistake is one refusal, in the words of the rule."""
    for document in wrong["documents"]:
        answer = create(server, document)
        assert answer.status == 422, (document, answer.body)
        [cause] = answer.body["details"]["causes"]
        assert wrong["message"] in cause["message"], answer.message


def test_every_rule_is_broken_once() -> None:
    messages = {one["message"] for one in RULES}
    for kind in KINDS:
        text = json.dumps(crd.crd(kind))
        assert "x-kubernetes-validations" in text
        assert messages_in(crd.crd(kind)) <= messages


def messages_in(node: object) -> set[str]:
    """Give the messages of all rules in a definition."""
    if isinstance(node, list):
        return set().union(*map(messages_in, node))
    if not isinstance(node, dict):
        return set()
    own = {rule["message"] for rule in node.get("x-kubernetes-validations", [])}
    return own.union(*map(messages_in, node.values()))
