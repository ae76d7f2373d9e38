"""Models to JSON Schema (draft 2020-12): deterministic bytes, one file a kind and one for all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from meshc.schema import API_VERSION, capabilities, crd, order, published
from meshc.schema.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def tidy(node: object) -> object:
    """Drop what pydantic writes for Python's sake: nulls that stand for absence, and titles.

    An absent key is absent; `key:` without a value is refused (`Model.no_empty_values`), so no
    schema of ours admits null.
    """
    if isinstance(node, list):
        return [tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: value
        for key, value in node.items()
        if not (key == "default" and value is None)
        and not (key == "title" and isinstance(value, str))
    }
    choices = [one for one in kept.get("anyOf", []) if one != {"type": "null"}]
    if len(choices) == 1 and "anyOf" in kept:
        del kept["anyOf"]
        kept = {**choices[0], **kept}
    elif choices:
        kept["anyOf"] = choices
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return {key: named(key, value) for key, value in sorted(kept.items())}


def named(key: str, value: object) -> object:
    """Tidy a value; under `properties` and `$defs` keys are names, not keywords."""
    if key in {"properties", "$defs", "patternProperties"} and isinstance(value, dict):
        return {name: tidy(inner) for name, inner in sorted(value.items())}
    return value if key in {"examples", "enum", "const"} else tidy(value)


def schema_of(kind: str) -> dict[str, Any]:
    """Give the schema of one kind."""
    made = tidy(KINDS[kind].model_json_schema(by_alias=True))
    if not isinstance(made, dict):
        raise TypeError(kind)
    for name, definition in made.get("$defs", {}).items():
        for field, schema in definition.get("properties", {}).items():
            refuse(schema, (name, field))
    if kind in capabilities.KINDS:
        made["x-meshc-not-yet"] = capabilities.KINDS[kind]
        made["description"] += f" {later(capabilities.KINDS[kind])}"
    return {"$schema": DRAFT, "title": kind, **made}


def refuse(schema: dict[str, Any], field: tuple[str, str]) -> None:
    """Annotate a field that nothing carries out yet, or some of whose values nothing does."""
    why = capabilities.FIELDS.get(field)
    values = capabilities.VALUES.get(field)
    if why is not None:
        schema["x-meshc-not-yet"] = why
        schema["description"] += f" {later(why)}"
    if values is not None:
        schema["x-meshc-not-yet-values"] = dict(sorted(values.items()))
        named = ", ".join(f"`{value}`" for value in sorted(values))
        schema["description"] += f" Refused for now (MC109): {named}."


def later(why: str) -> str:
    """Say in a description that a field or kind is refused for now."""
    return f"Refused for now (MC109): {why}."


def all_kinds() -> dict[str, Any]:
    """Give the schema of any document: every kind, and those refused unread.

    Raises `ValueError` for two models of one name.
    """
    definitions: dict[str, Any] = {}
    for kind in sorted(KINDS):
        made = schema_of(kind)
        for name, definition in made.pop("$defs", {}).items():
            if definitions.setdefault(name, definition) != definition:
                raise ValueError(f"two models are named {name}")
        definitions[kind] = {key: value for key, value in made.items() if key != "$schema"}
    return {
        "$schema": DRAFT,
        "title": "meshc",
        "$defs": dict(sorted(definitions.items())),
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in sorted(KINDS)],
        "x-meshc-api-version": API_VERSION,
        "x-meshc-not-yet-kinds": {
            kind: why for kind, why in sorted(capabilities.KINDS.items()) if kind not in KINDS
        },
    }


def files() -> Mapping[str, bytes]:
    """Give every generated file: its path from the repository's root and its bytes."""
    return {**schemas(), **definitions()}


def definitions() -> Mapping[str, bytes]:
    """Give the CustomResourceDefinitions, made from the schema that is written down."""
    published.whole.cache_clear()
    made = {f"schemas/crd/{crd.plural_of(kind)}.yaml": crd.crd(kind) for kind in published.kinds()}
    return {path: crd.yaml(one).encode() for path, one in made.items()}


def schemas() -> Mapping[str, bytes]:
    """Give the JSON Schemas."""
    whole = encode(all_kinds())
    made = {f"schemas/{kind}.json": encode(schema_of(kind)) for kind in sorted(KINDS)}
    return {
        **made,
        "schemas/meshc.json": whole,
        "compiler/meshc/schema/generated.json": whole,
        "compiler/meshc/schema/order.json": order.table(),
    }


def encode(schema: Mapping[str, Any]) -> bytes:
    """Write a schema as people read it."""
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
