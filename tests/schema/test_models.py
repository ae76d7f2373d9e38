"""The models: documented, exemplified, written out without drift, not imported where not needed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pydantic import ValidationError

from meshc import schema
from meshc.schema import capabilities
from meshc.schema.generate import all_kinds, files
from meshc.schema.kinds import KINDS
from schema.native_check import ROOT, content, later, mistakes, native

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ROOT / "compiler" / "meshc" / "schema" / "examples"
DEFINITIONS = all_kinds()["$defs"]
FIELDS = [
    pytest.param(field, id=f"{owner}.{name}")
    for owner, definition in DEFINITIONS.items()
    for name, field in definition.get("properties", {}).items()
]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_documented_with_an_example(field: dict[str, Any]) -> None:
    if why := field.get("x-meshc-never"):
        assert not why.endswith(".")
        return
    assert field["description"].endswith((".", "`"))
    # A nested mapping shows its examples field by field, a constant is its own.
    assert "$ref" in field or "const" in field or field["examples"]


@pytest.mark.parametrize("name", sorted(files()))
def test_generated_files_are_current(name: str) -> None:
    assert (ROOT / name).read_bytes() == files()[name], "run python -m meshc.schema"


def test_the_wheel_carries_the_schema_that_is_committed() -> None:
    assert schema.native_schema() == (ROOT / "schemas" / "meshc.json").read_bytes()


def kind_of(path: Path) -> str:
    """The kind of an example: `Kind.yaml`, and `Kind.form.yaml` where there are several forms."""
    return path.stem.partition(".")[0]


def test_every_kind_has_one_full_example_that_both_checkers_take() -> None:
    assert {kind_of(path) for path in EXAMPLES.iterdir()} == set(KINDS)
    for path in sorted(EXAMPLES.iterdir()):
        [answer] = native([path.read_text()])
        [document] = answer["documents"]
        assert (answer["reading"], mistakes(document["findings"])) == ([], [])
        assert len(document["findings"]) == len(later(content(document["tree"])))
        KINDS[kind_of(path)].model_validate(content(document["tree"]))


def test_a_yaml_1_1_reader_reads_the_examples_alike() -> None:
    for path in sorted(EXAMPLES.iterdir()):
        [answer] = native([path.read_text()])
        [document] = answer["documents"]
        assert yaml.safe_load(path.read_text()) == content(document["tree"])


def test_examples_show_every_field() -> None:
    shown: set[str] = set()

    def collect(node: dict[str, Any] | list[Any]) -> None:
        if isinstance(node, dict):
            shown.update(node)
        for inner in node.values() if isinstance(node, dict) else node:
            if isinstance(inner, dict | list):
                collect(inner)

    for path in EXAMPLES.iterdir():
        collect(yaml.safe_load(path.read_text()))
    wanted = {
        name
        for definition in DEFINITIONS.values()
        for name, field in definition.get("properties", {}).items()
        if "x-meshc-never" not in field
    }
    assert wanted <= shown


def test_capabilities_name_what_there_is() -> None:
    for owner, field in [*capabilities.FIELDS, *capabilities.VALUES]:
        assert field in DEFINITIONS[owner]["properties"], (owner, field)
    for (owner, field), values in capabilities.VALUES.items():
        assert set(values) < set(DEFINITIONS[owner]["properties"][field]["enum"])
    for why in [*capabilities.FIELDS.values(), *capabilities.KINDS.values()]:
        assert why[0].islower()
        assert not why.endswith(".")


def test_examples_that_nothing_is_refused_in_are_of_one_file_each() -> None:
    """`Kind.later.yaml` holds what is refused for now; no other file of an enforced kind does."""
    for path in sorted(EXAMPLES.iterdir()):
        document = yaml.safe_load(path.read_text())
        expected = "later" in path.name or kind_of(path) in capabilities.KINDS
        assert bool(later(document)) == expected, path.name


def test_kinds_without_a_model_are_refused_unread() -> None:
    unread = sorted(set(capabilities.KINDS) - set(KINDS))
    texts = [f"apiVersion: meshc.dev/v1\nkind: {kind}\nspec: {{a: b}}\n" for kind in unread]
    for answer in native(texts):
        [finding] = answer["documents"][0]["findings"]
        assert finding["code"] == "MC109"


def test_models_are_frozen() -> None:
    text = yaml.safe_load((EXAMPLES / "Mesh.yaml").read_text())
    mesh = schema.Mesh.model_validate(text)
    with pytest.raises(ValidationError, match="frozen"):
        mesh.kind = "Mesh"


def test_reading_the_schema_imports_no_pydantic() -> None:
    code = "import sys, meshc.schema as s; s.native_schema(); assert 'pydantic' not in sys.modules"
    path = {"PYTHONPATH": str(ROOT / "compiler")}
    subprocess.run([sys.executable, "-c", code], check=True, env=path)


def test_drift_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from meshc.schema import __main__ as tool

    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["schema", "--check"])
    assert tool.main() == 1
    monkeypatch.setattr(sys, "argv", ["schema"])
    (tmp_path / "compiler" / "meshc" / "schema").mkdir(parents=True)
    assert tool.main() == 0
    monkeypatch.setattr(sys, "argv", ["schema", "--check"])
    assert tool.main() == 0
    assert json.loads((tmp_path / "schemas" / "Mesh.json").read_text())["title"] == "Mesh"
