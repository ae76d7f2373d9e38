"""The order of fields, as the models declare them: what the formatter sorts keys by."""

from __future__ import annotations

import json
from typing import Any

from meshc.schema.kinds import KINDS


class Shapes:
    """Numbers the places of the language at which mappings and lists stand."""

    def __init__(self) -> None:
        """Begin with none."""
        self.rows: list[dict[str, Any]] = []
        self._named: dict[str, int] = {}

    def of(self, schema: dict[str, Any], definitions: dict[str, Any]) -> int | None:
        """Give the number of a schema's shape; nothing for one without fields and items."""
        if reference := schema.get("$ref"):
            name = str(reference).rpartition("/")[2]
            if name not in self._named:
                self._named[name] = len(self.rows)
                self.rows.append({})
                self.rows[self._named[name]] = self._row(definitions[name], definitions)
            return self._named[name]
        row = self._row(schema, definitions)
        if not any(row.values()):
            return None
        self.rows.append(row)
        return len(self.rows) - 1

    def _row(self, schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
        """Give fields in order, what is below keys that people choose, and items."""
        row: dict[str, Any] = {}
        if fields := schema.get("properties"):
            row["fields"] = [[name, self.of(inner, definitions)] for name, inner in fields.items()]
        free = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        for inner in free:
            if isinstance(inner, dict) and (below := self.of(inner, definitions)) is not None:
                row["rest"] = below
        items = schema.get("items")
        if isinstance(items, dict) and (below := self.of(items, definitions)) is not None:
            row["items"] = below
        for choice in schema.get("anyOf", []):
            found = self.of(choice, definitions)
            row = merged(row, {} if found is None else self.rows[found])
        return row


def merged(row: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of two forms of one thing, those of the first before those of the second."""
    fields = row.get("fields", [])
    known = {name for name, _ in fields}
    more = [field for field in other.get("fields", []) if field[0] not in known]
    whole = {**other, **row}
    return {**whole, "fields": [*fields, *more]} if fields or more else whole


def table() -> bytes:
    """Write the table that `meshc._native.Formatter` reads."""
    shapes = Shapes()
    kinds = {}
    for kind in sorted(KINDS):
        schema = KINDS[kind].model_json_schema(by_alias=True)
        definitions = schema.get("$defs", {})
        kinds[kind] = shapes.of({"$ref": f"#/$defs/{kind}"}, {**definitions, kind: schema})
    rows = "\n,".join(json.dumps(row, separators=(",", ":")) for row in shapes.rows)
    head = json.dumps(kinds, separators=(",", ":"))
    return f'{{"kinds":{head},"shapes":[\n{rows}\n]}}\n'.encode()
