"""The CustomResourceDefinitions keep the rules of apiextensions.k8s.io/v1, re-checked here.

Sources: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", section "Specifying
a structural schema", and "Validation rules".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from meshc.schema import crd, published
from schema.native_check import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = published.kinds()
EXAMPLES = sorted((ROOT / "compiler" / "meshc" / "schema" / "examples").glob("*.yaml"))
KEYWORDS = {
    "additionalProperties", "description", "enum", "format", "items", "maxItems", "maxLength",
    "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", "pattern",
    "properties", "required", "type", "x-kubernetes-list-map-keys", "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
}  # fmt: skip
CEL_RESERVED = {
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
}  # fmt: skip


def made(kind: str) -> dict[str, Any]:
    """What is committed, read back by another reader."""
    path = ROOT / "schemas" / "crd" / f"{crd.plural_of(kind)}.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


def version(kind: str) -> dict[str, Any]:
    [only] = made(kind)["spec"]["versions"]
    assert (only["name"], only["served"], only["storage"]) == ("v1", True, True)
    return dict(only)


def nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            yield from nodes(schema[keyword], f"{path}.{keyword}")


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_scope(kind: str) -> None:
    one = made(kind)
    names = one["spec"]["names"]
    assert one["metadata"]["name"] == f"{names['plural']}.meshc.dev"
    assert names["kind"] == kind
    wide = kind in {"Mesh", "TokenIssuer", "Environment"}
    assert one["spec"]["scope"] == ("Cluster" if wide else "Namespaced")
    shorts = [made(kind)["spec"]["names"]["shortNames"][0] for kind in KINDS]
    assert len(set(shorts)) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_structural(kind: str) -> None:
    root = version(kind)["schema"]["openAPIV3Schema"]
    assert root["properties"]["metadata"] == {"type": "object"}
    for path, node in nodes(root):
        assert set(node) <= KEYWORDS, (path, set(node) - KEYWORDS)
        open_ended = node.get("x-kubernetes-preserve-unknown-fields")
        assert ("type" in node) != bool(open_ended), path
        assert not {"properties", "additionalProperties"} <= set(node), path
        assert set(node.get("required", [])) <= set(node.get("properties", {})), path
        if "pattern" in node:
            re.compile(node["pattern"])
            # RE2, with which the server compiles it, repeats at most so often.
            repeated = re.findall(r"\{\d*,?(\d+)\}", node["pattern"])
            assert all(int(count) <= 1000 for count in repeated), (path, node["pattern"])
        if node.get("type") == "array":
            assert "maxItems" in node, path
            keys = node.get("x-kubernetes-list-map-keys", [])
            assert (node["x-kubernetes-list-type"] == "map") == bool(keys), path
            assert set(keys) <= set(node["items"].get("required", [])), path
        if node.get("type") == "string" and "enum" not in node and path[:10] != ".apiVersion":
            assert "maxLength" in node or path in {".kind", ".apiVersion"}, path


@pytest.mark.parametrize("kind", KINDS)
def test_rules_name_fields_that_are_there(kind: str) -> None:
    for path, node in nodes(version(kind)["schema"]["openAPIV3Schema"]):
        for rule in node.get("x-kubernetes-validations", []):
            assert rule["message"]
            if path == "":
                continue
            for name in re.findall(r"self\.([A-Za-z0-9]+)(?!\w|\()", rule["rule"]):
                assert name in node["properties"], (path, rule)
                assert name not in CEL_RESERVED, (path, rule)


@pytest.mark.parametrize("kind", KINDS)
def test_the_status_is_the_same_for_every_kind(kind: str) -> None:
    one = version(kind)
    assert one["subresources"] == {"status": {}}
    status = one["schema"]["openAPIV3Schema"]["properties"]["status"]
    assert status == crd.STATUS
    assert {"observedGeneration", "conditions", "bundle", "source", "dataplanes"} == set(
        status["properties"]
    )
    paths = [column["jsonPath"] for column in one["additionalPrinterColumns"]]
    for path in paths:
        node = one["schema"]["openAPIV3Schema"]
        for step in re.sub(r"\[\?.*?\]", "", path).strip(".").split("."):
            node = node.get("items", node)
            if step == "metadata":
                break
            node = node["properties"][step]


TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def violations(schema: dict[str, Any], value: object, path: str = "") -> Iterator[str]:
    """What a structural schema holds against a value, without its CEL rules."""
    if "type" not in schema:
        return
    wanted = TYPES[schema["type"]]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        yield f"{path}: not {schema['type']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not in enum"
    elif isinstance(value, str):
        if len(value) > schema.get("maxLength", len(value)):
            yield f"{path}: too long"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{path}: pattern"
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from violations(schema["items"], item, f"{path}[{number}]")
    elif isinstance(value, dict):
        yield from violations_inside(schema, value, path)


def violations_inside(schema: dict[str, Any], value: dict[str, object], path: str) -> Iterator[str]:
    """What it holds against the fields of a mapping."""
    free = schema.get("additionalProperties")
    for name, inner in value.items():
        field = free or schema.get("properties", {}).get(name)
        if field is not None:
            yield from violations(field, inner, f"{path}.{name}")
        elif "properties" in schema:  # the API server owns `metadata`
            yield f"{path}.{name}: pruned"
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}.{name}: missing"


def test_every_example_fits_its_definition_and_mistakes_do_not() -> None:
    refused = 0
    for path in EXAMPLES:
        document = yaml.safe_load(path.read_text())
        schema = version(document["kind"])["schema"]["openAPIV3Schema"]
        assert list(violations(schema, document)) == []
        document["spec"]["qqq"] = 1
        refused += bool(list(violations(schema, document)))
        del document["spec"]
        refused += bool(list(violations(schema, document)))
    assert refused == 2 * len(EXAMPLES)
