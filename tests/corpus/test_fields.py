"""A field whose name is misspelt is one mistake, whatever the field and wherever it stands.

Every field of the schema is misspelt in repositories that are right: in what the rules' pages show
as right, in the example repository, and in full documents of each kind. What is found then and was
not found before is the misspelt name and nothing else: not that a field is missing, nor that
something is not declared, in the document or in those that refer to it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from meshc.compiling import lint_files
from meshc.rules import pages
from meshc.schema.generate import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc.findings import Finding

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = all_kinds()
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
FIELDS = {(name, field) for name, one in DEFINITIONS.items() for field in one.get("properties", {})}
REQUIRED = {(name, field) for name, one in DEFINITIONS.items() for field in one.get("required", ())}
FEW = 6
"""Places at which one field is misspelt."""

Repository = dict[str, bytes]
Place = tuple[str, str, int, int]
"""Definition and field, and where the field's name begins and ends."""


def repositories() -> Iterator[Repository]:
    """Give what is right; an example that a rule finds in its text alone is not linted."""
    for page in pages.pages():
        if page.found_by != "text":
            yield from (dict(one.files()) for one in page.examples if not one.fails)
    example = ROOT / "examples" / "boutique"
    files = [path for path in sorted(example.rglob("*")) if path.suffix in {".yaml", ".json"}]
    yield {path.relative_to(example).as_posix(): path.read_bytes() for path in files}
    for path in sorted((ROOT / "compiler" / "meshc" / "schema" / "examples").glob("*.yaml")):
        yield {path.name: path.read_bytes()}


def forms(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a schema and its alternatives, without references; each with the name it has."""
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = DEFINITIONS[name]
    yield name, schema
    for key in ("anyOf", "oneOf"):
        for one in schema.get(key, ()):
            yield from forms(one)


def fits(schema: dict[str, Any], node: yaml.MappingNode) -> bool:
    """Whether a mapping may be of this schema, by its keys and by what they must say."""
    fields = schema.get("properties", {})
    names = {key.value for key, _ in node.value}
    others = schema.get("additionalProperties") is not False or "patternProperties" in schema
    said = {key.value: value.value for key, value in node.value}
    fixed = {name: next(forms(one))[1].get("const") for name, one in fields.items()}
    return (
        set(schema.get("required", ())) <= names
        and (others or names <= set(fields))
        and all(said[name] == const for name, const in fixed.items() if const and name in names)
    )


def places(schema: dict[str, Any], node: yaml.Node) -> Iterator[Place]:
    """Every field of a node and below."""
    for name, form in forms(schema):
        if isinstance(node, yaml.SequenceNode) and "items" in form:
            for item in node.value:
                yield from places(form["items"], item)
        if not isinstance(node, yaml.MappingNode) or not fits(form, node):
            continue
        fields = form.get("properties", {})
        other = [*form.get("patternProperties", {}).values(), form.get("additionalProperties")]
        for key, value in node.value:
            if key.value in fields and name:
                yield name, key.value, key.start_mark.index, key.end_mark.index
            inner = [fields[key.value]] if key.value in fields else other
            for one in inner:
                if isinstance(one, dict):
                    yield from places(one, value)


def misspelt(name: str) -> set[str]:
    """Two letters swapped, one lost, one twice; in the middle and at the end."""
    at = len(name) // 2
    swapped = name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
    ending = name[:-2] + name[-1] + name[-2]
    lost, twice = name[:at] + name[at + 1 :], name[: at + 1] + name[at:]
    return {swapped, ending, lost, twice} - {name}


def found(files: Repository) -> Counter[tuple[str, str]]:
    """Codes and messages of what is found."""
    said: list[Finding] = list(lint_files(sorted(files.items())).findings)
    return Counter((one.code, one.message) for one in said)


@pytest.fixture(scope="module")
def mistakes() -> list[tuple[Place, str, Repository, Counter[tuple[str, str]]]]:
    """Every field, misspelt at a few places: with the repository and what is found without it."""
    count: Counter[tuple[str, str]] = Counter()
    made = []
    for files in repositories():
        before = found(files)
        for path, content in files.items():
            text = content.decode()
            if not path.endswith(".yaml") or not text.isascii():
                continue
            nodes = [one for one in yaml.compose_all(text, Loader=yaml.SafeLoader) if one]
            for place in sorted({one for node in nodes for one in places(SCHEMA, node)}):
                definition, field, start, end = place
                count[definition, field] += 1
                if count[definition, field] > FEW:
                    continue
                for wrong in sorted(misspelt(text[start:end])):
                    changed = (text[:start] + wrong + text[end:]).encode()
                    made.append((place, wrong, {**files, path: changed}, before))
    return made


def test_the_field_is_all_that_is_said(
    mistakes: list[tuple[Place, str, Repository, Counter[tuple[str, str]]]],
) -> None:
    wrong = []
    for (definition, field, _, _), name, files, before in mistakes:
        more = found(files) - before
        if more.total() != 1:
            wrong.append((definition, field, name, sorted(more)))
    assert not wrong, f"{len(wrong)} of {len(mistakes)}: {wrong[:5]}"


def test_every_required_field_is_misspelt_and_nearly_every_other(
    mistakes: list[tuple[Place, str, Repository, Counter[tuple[str, str]]]],
) -> None:
    met = {(definition, field) for (definition, field, _, _), *_ in mistakes}
    assert REQUIRED - met == set()
    assert len(FIELDS & met) > 0.9 * len(FIELDS)
