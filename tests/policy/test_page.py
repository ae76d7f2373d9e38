"""The manual's page on settings: what it shows is read, and the schema agrees with the reader."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from meshc.compiling import lint_files
from meshc.policy.describing import FORMS, schema
from meshc.policy.keys import KEYS
from meshc.policy.settings import SettingsError, settings_of
from meshc.rules.rule import PRELUDE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/configuration.md").read_text()
TOML = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
WAIVER = re.findall(r"^```yaml waiver\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
YAML = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
BASE = ("platform/lint.toml", b"")


def test_every_key_is_on_the_page_and_in_the_schema() -> None:
    assert [key.name for key in KEYS if f"### {key.name}\n" not in PAGE] == []
    assert list(schema()["properties"]) == [key.name for key in KEYS]  # type: ignore[arg-type]
    assert {key.form for key in KEYS} == set(FORMS)
    assert json.loads((ROOT / "schemas/settings.json").read_text()) == schema()


@pytest.mark.parametrize("text", TOML, ids=lambda text: text.split()[0])
def test_what_the_page_shows_is_read(text: str) -> None:
    settings_of([("meshc.toml", text.encode()), BASE])
    jsonschema.validate(tomllib.loads(text), schema())


@pytest.mark.parametrize("text", YAML)
def test_the_comment_of_the_page_hides_what_it_says(text: str) -> None:
    linted = lint_files([("a.yaml", text.encode()), ("mesh.yaml", PRELUDE.encode())])
    assert [one.finding.code for one in linted.suppressed] == ["MC501"]
    assert linted.fit


def test_the_waiver_of_the_page_hides_what_it_says() -> None:
    (comment,) = YAML
    bare = re.sub(r" *# meshc:.*\n", "", comment)
    text = f"{bare}---\n{WAIVER[0]}"
    linted = lint_files([("a.yaml", text.encode()), ("mesh.yaml", PRELUDE.encode())])
    assert [(one.by, one.finding.code) for one in linted.suppressed] == [("waiver", "MC501")]


@pytest.mark.parametrize(
    "text",
    [
        "unknown = 1",
        'fail-on = "no"',
        "fail-on = 1",
        'select = "MC5"',
        'select = ["allow-all"]',
        'namespaces.a = "B_"',
        "namespaces = 1",
        'severity.MC5 = "eror"',
        'severity.mc5 = "info"',
        'per-file.a = {ignor = ["MC5"]}',
        "per-namespace.a.ignore = 1",
        'profile = "soft"',
        'baseline = "/x"',
        "extend = 1",
        "required-version = 1",
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(text: str) -> None:
    with pytest.raises(SettingsError):
        settings_of([("meshc.toml", text.encode())])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), schema())
