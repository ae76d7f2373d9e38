"""The schema as commands give it: `meshc schema`, `meshc explain KIND`, the pages of kinds."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

from meshc.schema import pages, published
from schema.native_check import ROOT


def meshc(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "meshc", *words],
        env={"PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_kind_is_what_is_committed() -> None:
    for kind in published.kinds():
        committed = json.loads((ROOT / "schemas" / f"{kind}.json").read_text())
        assert published.kind(kind) == committed


def test_the_verb_prints_schemas_and_definitions() -> None:
    assert json.loads(meshc("schema").stdout) == published.whole()
    assert json.loads(meshc("schema", "Waiver").stdout)["title"] == "Waiver"
    definitions = list(yaml.safe_load_all(meshc("schema", "--crd").stdout))
    assert [one["spec"]["names"]["kind"] for one in definitions] == published.kinds()
    failed = meshc("schema", "ServiceIntend")
    assert failed.returncode == 2
    assert "did you mean `ServiceIntent`?" in failed.stderr


def test_a_kind_and_a_field_are_explained() -> None:
    kind = meshc("explain", "Waiver").stdout
    assert "spec.until" in kind
    assert "legacy-import" in kind
    field = meshc("explain", "ServiceIntent.spec.operations.retry").stdout
    assert field.startswith("ServiceIntent.spec.operations.NAME.retry: mapping")
    assert "perTry" in field
    failed = meshc("explain", "ServiceIntent.spec.operation")
    assert failed.returncode == 2
    assert "did you mean `ServiceIntent.spec.operations`?" in failed.stderr


@pytest.mark.parametrize("kind", published.kinds())
def test_every_field_has_its_line_and_its_page(kind: str) -> None:
    lines = "\n".join(pages.page(kind))
    for field in published.fields(kind):
        shown = "x-meshc-never" not in field.schema
        assert (f"| `{field.path}`" in lines) == shown
        assert field.path in "\n".join(pages.field_page(kind, field.path))
