"""The generated schema as data: kinds, fields by path, and one kind with what it refers to.

Nothing here imports the models, so a command can ask in a few milliseconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from meshc.schema import native_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]
"""One schema object (JSON Schema, draft 2020-12)."""
PREFIX: Final = "#/$defs/"


FORMATS: Final = {
    "dns-label": "name",
    "object": "`[namespace/]name`",
    "reference": "`[namespace/]name[.operation]`",
    "path-pattern": "path",
}
"""Formats that people know under another word."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the language: where it stands, and its schema with references followed."""

    path: str
    schema: Schema
    required: bool


@cache
def whole() -> Schema:
    """Give the schema of any document."""
    content: Schema = json.loads(native_schema())
    return content


def kinds() -> list[str]:
    """Give the kinds that have a schema, sorted."""
    return sorted(one["$ref"].removeprefix(PREFIX) for one in whole()["oneOf"])


def kind(name: str) -> Schema:
    """Give the schema of one kind and what it refers to; raises KeyError for no kind."""
    definitions: Mapping[str, Schema] = whole()["$defs"]
    if name not in kinds():
        raise KeyError(name)
    needed: dict[str, Schema] = {}
    waiting = list(references(definitions[name]))
    while waiting:
        one = waiting.pop()
        if one not in needed:
            needed[one] = definitions[one]
            waiting.extend(references(definitions[one]))
    return {
        "$schema": whole()["$schema"],
        **definitions[name],
        "$defs": dict(sorted(needed.items())),
    }


def references(node: object) -> Iterator[str]:
    """Give the names of the definitions a schema refers to."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(PREFIX)
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def followed(schema: Schema) -> Schema:
    """Give a schema with its reference in place; what is said beside the reference stays."""
    if "$ref" not in schema:
        return schema
    target = whole()["$defs"][schema["$ref"].removeprefix(PREFIX)]
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**target, **beside}


def mapping(schema: Schema) -> Schema:
    """Give the mapping a field holds: itself, the items of its list, or one form of several."""
    schema = followed(schema)
    if "items" in schema:
        return mapping(schema["items"])
    for one in schema.get("anyOf", []):
        inner = followed(one)
        if "properties" in inner or "items" in inner:
            return mapping(inner)
    for one in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")):
        if isinstance(one, dict) and "properties" not in schema:
            return mapping(one)
    return schema


def step(schema: Schema) -> str:
    """Give what a path shows behind a field: `[]` for a list, `.NAME` for free keys."""
    schema = followed(schema)
    if "items" in schema:
        return "[]" + step(schema["items"])
    free = "patternProperties" in schema or isinstance(schema.get("additionalProperties"), dict)
    return ".NAME" if free and "properties" not in schema else ""


def fields(name: str) -> Iterator[Field]:
    """Give every field of a kind in the order of the document, each before what is in it."""
    yield from inside(whole()["$defs"][name], "")


def inside(schema: Schema, path: str) -> Iterator[Field]:
    """Give the fields of a mapping, and theirs."""
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield Field(here, followed(field), name in required)
        yield from inside(mapping(field), here + step(field))


def type_name(schema: Schema) -> str:
    """Say what a field holds, in the words of messages."""
    schema = followed(schema)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_name(one) for one in schema["anyOf"]))
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(f"`{json.dumps(one).strip(chr(34))}`" for one in values)
    match schema.get("type"):
        case "array":
            name = f"list of {type_name(schema['items'])}"
        case "object":
            name = "mapping"
        case "integer":
            low, high = schema.get("minimum"), schema.get("maximum")
            exact = low is None or low < -(2**32)
            name = "whole number" if exact else f"whole number {low} to {high}"
        case "boolean":
            name = "`true` or `false`"
        case _:
            form = schema.get("x-meshc-format", "text")
            name = FORMATS.get(form, form.replace("-", " "))
    return name
