"""What may stand at a place of a document, read from the generated schema."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from meshc import mesh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Schema = dict[str, Any]
"""One schema object; its values are JSON of several types."""

TOP: Final = ("apiVersion", "kind", "metadata", "spec")
TRUTH: Final = ("true", "false")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a mapping."""

    name: str
    description: str
    shape: str
    """`text`, `number`, `true or false`, `list` or `mapping`."""
    required: bool
    refused: str | None
    """Why it is refused today; nothing for what can be enforced."""
    examples: tuple[Any, ...]


@cache
def definitions() -> Schema:
    """Read the generated schema; once a process."""
    read: Schema = json.loads(mesh.schema())
    return read


def kinds() -> list[str]:
    """Give the kinds that may be written."""
    return sorted(str(one["$ref"]).rsplit("/", 1)[1] for one in definitions()["oneOf"])


def api_version() -> str:
    """Give the language's version."""
    return str(definitions()["x-meshc-api-version"])


def fields(kind: str, path: Sequence[str]) -> list[Field]:
    """Give the keys of the mapping at a path of keys and list items, in the schema's order."""
    found: dict[str, Field] = {}
    for schema in at(kind, path):
        wanted = schema.get("required", ())
        for name, inner in schema.get("properties", {}).items():
            found.setdefault(name, field(name, inner, required=name in wanted))
    return list(found.values())


def field(name: str, schema: Schema, *, required: bool) -> Field:
    """Describe one key."""
    whole = {**target(schema), **schema}
    return Field(
        name=name,
        description=str(whole.get("description", "")),
        shape=shape(whole),
        required=required,
        refused=whole.get("x-meshc-not-yet"),
        examples=tuple(whole.get("examples", ())),
    )


def shape(schema: Schema) -> str:
    """Name the shape of a value."""
    words = {
        "array": "list",
        "object": "mapping",
        "integer": "number",
        "boolean": "true or false",
        "string": "text",
    }
    shapes = [words.get(str(one.get("type")), "text") for one in variants(schema)]
    return " or ".join(dict.fromkeys(shapes))


def values(kind: str, path: Sequence[str]) -> list[str]:
    """Give the words that the value at a path may be; nothing where it is free."""
    if tuple(path) == ("kind",):
        return kinds()
    if tuple(path) == ("apiVersion",):
        return [api_version()]
    words: list[str] = []
    for schema in at(kind, path):
        words += schema.get("enum", ())
        words += [schema["const"]] if "const" in schema else []
        words += TRUTH if schema.get("type") == "boolean" else ()
    return list(dict.fromkeys(words))


def formats(kind: str, path: Sequence[str]) -> set[str]:
    """Give the formats that the value at a path may have, such as `reference`."""
    return {str(one["x-meshc-format"]) for one in at(kind, path) if "x-meshc-format" in one}


def at(kind: str, path: Sequence[str]) -> list[Schema]:
    """Give the schemas of a place: several where the language leaves a choice."""
    whole = definitions()["$defs"]
    if kind in whole:
        here = [whole[kind]]
    else:
        here = [{"type": "object", "properties": {key: {} for key in TOP}}]
    for step in path:
        here = [inner for one in here for outer in variants(one) for inner in inside(outer, step)]
    return [one for schema in here for one in variants(schema)]


def inside(schema: Schema, step: str) -> Iterator[Schema]:
    """Go one key, or into the items of a list."""
    if "items" in schema:
        yield schema["items"]
        return
    properties = schema.get("properties", {})
    if step in properties:
        yield properties[step]
        return
    yield from schema.get("patternProperties", {}).values()
    if isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def variants(schema: Schema) -> Iterator[Schema]:
    """Resolve a reference and part a choice."""
    whole = target(schema)
    choices = whole.get("anyOf") or whole.get("oneOf")
    if choices:
        for one in choices:
            yield from variants(one)
    else:
        yield whole


def target(schema: Schema) -> Schema:
    """Follow `$ref`."""
    if "$ref" not in schema:
        return schema
    found: Schema = definitions()["$defs"][str(schema["$ref"]).rsplit("/", 1)[1]]
    return target(found)
