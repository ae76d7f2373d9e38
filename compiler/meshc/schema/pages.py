"""The language for people: one page a kind, one paragraph a field; from the generated schema."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

from meshc.schema import published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc.schema.published import Field, Schema


def example(kind: str) -> str:
    """Give the full example of a kind."""
    folder = resources.files("meshc.schema").joinpath("examples")
    return folder.joinpath(f"{kind}.yaml").read_text(encoding="utf-8")


def page(kind: str) -> Iterator[str]:
    """Write a kind's page in Markdown, line by line."""
    schema = published.whole()["$defs"][kind]
    yield from (f"# {kind}", "", schema["description"], "")
    yield from ("```yaml", example(kind).rstrip("\n"), "```", "")
    yield from ("| field | holds | meaning |", "|---|---|---|")
    for field in published.fields(kind):
        if "x-meshc-never" in field.schema:
            continue
        must = " (required)" if field.required else ""
        meaning = str(field.schema.get("description", "")).replace("|", "\\|")
        yield f"| `{field.path}`{must} | {published.type_name(field.schema)} | {meaning} |"
    yield ""


def summary(kind: str) -> Iterator[str]:
    """Write what a terminal shows of a kind: its sentence, its fields of two levels, an example."""
    schema = published.whole()["$defs"][kind]
    yield from (f"{kind}: {schema['description']}", "")
    yield from listed(field for field in published.fields(kind) if depth(field) <= 1)
    yield from ("", "For example:", "")
    yield from (f"    {line}".rstrip() for line in example(kind).splitlines())
    yield from ("", f"`meshc explain {kind}.spec.FIELD` says more of a field.")


def field_page(kind: str, path: str) -> Iterator[str]:
    """Write what a terminal shows of a field; raises KeyError if the kind has none there."""
    found = {plain(field.path): field for field in published.fields(kind)}
    field = found[plain(path)]
    must = "required" if field.required else "may be left out"
    yield f"{kind}.{field.path}: {published.type_name(field.schema)}, {must}"
    yield from ("", str(field.schema.get("description", "")))
    for one in field.schema.get("examples", [])[:1]:
        name = field.path.rpartition(".")[2]
        yield from ("", f"    {name}: {json.dumps(one, ensure_ascii=False)}")
    below = [one for one in found.values() if plain(one.path).startswith(f"{plain(path)}.")]
    deepest = min((depth(one) for one in below), default=0)
    if below:
        yield ""
        yield from listed(one for one in below if depth(one) == deepest)


def paths(kind: str) -> list[str]:
    """Give the paths of a kind as people type them: without `[]` and `NAME`."""
    return [plain(field.path) for field in published.fields(kind)]


def plain(path: str) -> str:
    """Give a path without what stands for items and free keys."""
    return ".".join(part.replace("[]", "") for part in path.split(".") if part != "NAME")


def depth(field: Field) -> int:
    """Count the levels above a field."""
    return plain(field.path).count(".")


def listed(fields: Iterator[Field]) -> Iterator[str]:
    """Write fields in two columns."""
    rows = [(field.path, described(field.schema)) for field in fields]
    width = max((len(path) for path, _ in rows), default=0)
    yield from (f"  {path:<{width}}  {text}".rstrip() for path, text in rows)


def described(schema: Schema) -> str:
    """Give the first sentence of a field's description."""
    return str(schema.get("description", schema.get("x-meshc-never", ""))).partition(". ")[0]
