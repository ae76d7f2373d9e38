"""CustomResourceDefinitions from the generated schema: structural, with CEL rules and a status.

A union of text and mapping has no structural form (apiextensions.k8s.io/v1), so such a field takes
anything in a cluster, and the compiler checks it. Everything else is said in the CRD.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from meshc.schema.published import Schema, followed, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP: Final = "meshc.dev"
VERSION: Final = "v1"
SHORT: Final = {
    "Baseline": "mbl",
    "Environment": "menv",
    "ExternalIntent": "xi",
    "GatewayIntent": "gi",
    "Guardrail": "mgr",
    "Invariant": "minv",
    "Mesh": "msh",
    "PolicyTest": "mpt",
    "ServiceIntent": "si",
    "TokenIssuer": "mti",
    "Waiver": "mwv",
}
"""What kubectl takes for a kind; none is a built-in's."""
TEXT_LENGTH: Final = 2048
ITEMS: Final = 1024
"""Bounds of what the language leaves to a file's size: rules in CEL are priced by them."""
LENGTHS: Final = {"dns-label": 63, "object": 127, "reference": 191, "date": 10, "code": 5}
"""Longest texts of formats whose pattern bounds them."""
VALUES: Final = ("minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems")
SIZES: Final = ("minProperties", "maxProperties")


def crd(kind: str) -> Schema:
    """Give the CustomResourceDefinition of one kind."""
    definition = whole()["$defs"][kind]
    plural = plural_of(kind)
    mesh_wide = definition["properties"]["metadata"]["$ref"].endswith("/MeshWideMetadata")
    names = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": plural,
        "singular": kind.lower(),
        "shortNames": [SHORT[kind]],
        "categories": ["meshc"],
    }
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": document(definition)},
        "subresources": {"status": {}},
        "additionalPrinterColumns": list(columns(definition)),
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": names,
            "scope": "Cluster" if mesh_wide else "Namespaced",
            "versions": [version],
        },
    }


def plural_of(kind: str) -> str:
    """Give the plural in lower case, as the API's paths write it."""
    lower = kind.lower()
    return f"{lower}es" if lower.endswith("sh") else f"{lower}s"


def document(definition: Schema) -> Schema:
    """Give the schema of a whole object; the API server owns `metadata`."""
    reserved = json.dumps(
        followed(definition["properties"]["metadata"])["properties"]["name"]["x-meshc-reserved"]
    )
    return {
        "description": definition["description"],
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": structural(definition["properties"]["spec"]),
            "status": STATUS,
        },
        "x-kubernetes-validations": [
            {
                "rule": f"!(self.metadata.name in {reserved}) && self.metadata.name.size() <= 63 "
                "&& !self.metadata.name.contains('.')",
                "message": "the name is a DNS label of at most 63 that the language keeps not for "
                "itself",
            }
        ],
    }


def columns(definition: Schema) -> Iterator[Schema]:
    """Give what `kubectl get` shows."""
    ready = '.status.conditions[?(@.type=="Ready")]'
    yield {"name": "Ready", "type": "string", "jsonPath": f"{ready}.status"}
    spec = followed(definition["properties"]["spec"])["properties"]
    for name, title in (("owner", "Owner"), ("trustDomain", "Trust-Domain"), ("until", "Until")):
        if name in spec:
            yield {"name": title, "type": "string", "jsonPath": f".spec.{name}"}
    current = {"name": "Current", "type": "integer", "jsonPath": ".status.dataplanes.current"}
    total = {"name": "Total", "type": "integer", "jsonPath": ".status.dataplanes.total"}
    yield from (
        {**one, "description": text}
        for one, text in (
            (current, "Proxies that enforce what is written."),
            (total, "Proxies that should."),
        )
    )
    reason = {"name": "Reason", "type": "string", "jsonPath": f"{ready}.reason", "priority": 1}
    digest = {
        "name": "Digest",
        "type": "string",
        "jsonPath": ".status.bundle.digest",
        "priority": 1,
    }
    yield from (reason, digest)
    yield {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


def structural(schema: Schema) -> Schema:
    """Give the structural form of a schema: no reference, a type everywhere or anything at all."""
    schema = followed(schema)
    made: Schema = {}
    if "description" in schema:
        made["description"] = schema["description"]
    if "anyOf" in schema or schema.get("x-meshc-json"):
        return {**made, "x-kubernetes-preserve-unknown-fields": True}
    made["type"] = schema["type"]
    made.update({key: schema[key] for key in VALUES if key in schema})
    if "enum" in schema or "const" in schema:
        made["enum"] = schema.get("enum", [schema.get("const")])
    elif schema["type"] == "string":
        longest = LENGTHS.get(schema.get("x-meshc-format", ""), TEXT_LENGTH)
        made.setdefault("maxLength", longest)
    elif schema["type"] == "integer":
        made["format"] = "int64"
    elif schema["type"] == "array":
        made.update(array(schema, made))
    elif schema["type"] == "object":
        made.update(mapping(schema))
    if rules := [{"rule": rule, "message": message} for rule, message in cel(schema)]:
        made["x-kubernetes-validations"] = rules
    return made


def array(schema: Schema, made: Schema) -> Schema:
    """Give what a list adds; items that must have a name are merged by it."""
    items = followed(schema["items"])
    merged: Schema = {"items": structural(schema["items"])}
    merged["maxItems"] = made.get("maxItems", ITEMS)
    if "name" in items.get("required", []):
        merged["x-kubernetes-list-type"] = "map"
        merged["x-kubernetes-list-map-keys"] = ["name"]
    else:
        merged["x-kubernetes-list-type"] = "atomic"
    return merged


def mapping(schema: Schema) -> Schema:
    """Give what a mapping adds; what people name freely is a map."""
    made: Schema = {key: schema[key] for key in SIZES if key in schema}
    free = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    inner = [one for one in free if isinstance(one, dict)]
    if inner:
        made["additionalProperties"] = structural(inner[0])
        made.setdefault("maxProperties", ITEMS)
        return made
    made["properties"] = {
        name: structural(field)
        for name, field in schema.get("properties", {}).items()
        if "x-meshc-never" not in field
    }
    if required := schema.get("required"):
        made["required"] = required
    return made


def cel(schema: Schema) -> Iterator[tuple[str, str]]:
    """Give the rules that fields of one mapping, or items of one list, keep among themselves.

    A rule of a field that CEL does not see is left to the compiler.
    """
    fields = schema.get("properties", {})
    for one, two in schema.get("x-meshc-exclusive", []):
        if seen(structural(fields[one])) and seen(structural(fields[two])):
            yield (
                f"!(has(self.{one}) && has(self.{two}))",
                f"`{one}` and `{two}` say the same thing twice",
            )
    for field, other, value in schema.get("x-meshc-goes-with", []):
        rule = f"has(self.{field}) == (has(self.{other}) && self.{other} == '{value}')"
        yield rule, f"`{field}` goes with `{other}: {value}`"
    if names := schema.get("x-meshc-one-of"):
        written = ", ".join(f"has(self.{name})" for name in names)
        yield f"[{written}].exists_one(x, x)", f"exactly one of {', '.join(names)}"
    for field, other in schema.get("x-meshc-only-with", []):
        yield f"!has(self.{field}) || has(self.{other})", f"`{field}` goes with `{other}` only"
    if schema.get("x-meshc-named"):
        first = "!has(self[0].name) && self.exists_one(item, !has(item.name))"
        rule = f"self.all(item, has(item.name)) || ({first})"
        yield rule, "second and further items need a name"
    if "additionalProperties" in schema and schema.get("required") and schema["type"] == "object":
        for name in schema["required"] if isinstance(schema["additionalProperties"], dict) else ():
            yield f"'{name}' in self", f"`{name}` is missing"


def seen(made: Schema) -> bool:
    """Tell whether CEL sees a field: none that takes anything, and no list or map of such."""
    inner = [made[name] for name in ("items", "additionalProperties") if name in made]
    return "type" in made and all(map(seen, inner))


def text(description: str, **more: str | list[str]) -> Schema:
    """Give a text of the status."""
    return {"type": "string", "maxLength": TEXT_LENGTH, "description": description, **more}


def count(description: str) -> Schema:
    """Give a number of the status."""
    return {"type": "integer", "format": "int64", "minimum": 0, "description": description}


CONDITION: Final[Schema] = {
    "type": "object",
    "description": "One thing that is so, or is not.",
    "required": ["type", "status", "reason", "message", "lastTransitionTime", "observedGeneration"],
    "properties": {
        "type": text(
            "What is said.",
            enum=["Accepted", "Compiled", "Programmed", "Ready", "Reconciling", "Stalled"],
        ),
        "status": text("Whether it is so.", enum=["True", "False", "Unknown"]),
        "observedGeneration": count("The generation it was said of."),
        "lastTransitionTime": text("Since when.", format="date-time"),
        "reason": text("Why, in one word.", pattern="^[A-Z][A-Za-z]{0,63}$"),
        "message": text("Why, in one sentence, with the file and line."),
    },
}
STATUS: Final[Schema] = {
    "type": "object",
    "description": "What became of the object; written by the controller.",
    "properties": {
        "observedGeneration": count("The generation all of this was said of."),
        "conditions": {
            "type": "array",
            "description": "Accepted, Compiled, Programmed, Ready, Reconciling, Stalled.",
            "maxItems": 8,
            "items": CONDITION,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
        },
        "bundle": {
            "type": "object",
            "description": "What it was compiled to.",
            "properties": {"digest": text("Its digest.", pattern="^sha256:[0-9a-f]{64}$")},
        },
        "source": {
            "type": "object",
            "description": "Where it comes from.",
            "properties": {"commit": text("The commit.", pattern="^[0-9a-f]{40}([0-9a-f]{24})?$")},
        },
        "dataplanes": {
            "type": "object",
            "description": "Proxies this object concerns.",
            "properties": {
                "total": count("How many there are."),
                "current": count("How many enforce this digest."),
                "failing": count("How many refused it."),
                "oldestDigest": text("The oldest digest that any enforces."),
            },
        },
    },
}
"""The status of every kind (kstatus: a root `observedGeneration`, Ready, Reconciling, Stalled)."""


def yaml(node: object, indent: int = 0) -> str:
    """Write plain data as YAML in block style; text stands in quotes, as in JSON."""
    space = "  " * indent
    if isinstance(node, dict) and node:
        return "".join(f"{space}{key(name)}:{below(one, indent)}" for name, one in node.items())
    if isinstance(node, list) and node:
        return "".join(f"{space}-{item(one, indent)}" for one in node)
    return f"{space}{json.dumps(node, ensure_ascii=False)}\n"


def key(name: str) -> str:
    """Write a key: bare where every reader takes it for text."""
    bare = name.replace("-", "").isalnum() and not name[0].isdigit()
    return name if bare and name not in {"on", "off", "yes", "no", "y", "n"} else json.dumps(name)


def below(node: object, indent: int) -> str:
    """Write what stands behind a key."""
    if isinstance(node, dict | list) and node:
        return "\n" + yaml(node, indent + 1)
    return f" {json.dumps(node, ensure_ascii=False)}\n"


def item(node: object, indent: int) -> str:
    """Write what stands behind a dash: the first field of a mapping on the same line."""
    written = below(node, indent)
    return " " + written.lstrip() if isinstance(node, dict) and node else written
