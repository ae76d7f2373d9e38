"""Every output holds against the schema that its readers published, and says what was found."""

from __future__ import annotations

import json
import tomllib
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from golden import read
from jsonschema import Draft4Validator, Draft7Validator, Draft202012Validator

from meshc import report
from meshc.cli import outputs
from meshc.compiling import lint_files
from meshc.findings import Severity

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from meshc.report.run import Run

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = sorted((HERE / "cases").iterdir())
RUNS = [pytest.param(read(case), id=case.name) for case in CASES]
FINDINGS = json.loads((ROOT / "schemas/findings.json").read_text())
GITLAB = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "not": {"pattern": r"^(\./|/)"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""What GitLab's documentation says of `gl-code-quality-report.json`."""


def published(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / "published" / name).read_text())
    return content


SARIF = Draft7Validator(published("sarif-2.1.0.json"))
RDJSON = Draft4Validator(published("rdjson.json"))
JUNIT = xmlschema.XMLSchema(HERE / "published/junit-10.xsd")


def held(validator: Validator, text: str) -> Any:
    content = json.loads(text)
    assert [error.message for error in validator.iter_errors(content)] == []
    return content


@pytest.mark.parametrize("run", RUNS)
def test_sarif(run: Run) -> None:
    [log] = held(SARIF, report.render("sarif", run))["runs"]
    found = [*run.findings, *(each.finding for each in run.suppressed)]
    results = log["results"]
    assert len(results) == len(found)
    rules = log["tool"]["driver"]["rules"]
    for one, result in zip(found, results, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == one.code
        [place] = result["locations"]
        where = place["physicalLocation"]["artifactLocation"]
        assert unquote(where["uri"]) == run.path(one.primary)
        assert len(result.get("relatedLocations", [])) == len(one.related)
        hops = [hop for flow in result.get("codeFlows", []) for hop in flow["threadFlows"]]
        assert [len(hop["locations"]) for hop in hops] == ([len(one.flow)] if one.flow else [])
        region = place["physicalLocation"]["region"]
        assert points(run, one.primary.file, region) == run.texts.text(one.primary.file).marked(
            one.primary
        )
    names = [result["partialFingerprints"]["meshc/v1"] for result in results[: len(run.findings)]]
    assert len(set(names)) == len(names)
    justified = [result["suppressions"] for result in results[len(run.findings) :]]
    assert [one[0]["justification"] for one in justified] == [
        each.reason for each in run.suppressed
    ]


def points(run: Run, file: str, region: dict[str, int]) -> bytes:
    """Read a region as SARIF defines it: lines, and columns that count code points."""
    lines = run.texts.text(file)
    taken = []
    for number in range(region["startLine"], region["endLine"] + 1):
        raw = lines.marked(lines.whole(number, number))
        text = raw.decode("utf-8", "surrogateescape")
        end = region["endColumn"] - 1 if number == region["endLine"] else None
        begin = region["startColumn"] - 1 if number == region["startLine"] else 0
        taken.append(text[begin:end].encode("utf-8", "surrogateescape"))
    return b"".join(taken)


def test_fingerprints_outlive_moved_lines_and_renamed_files() -> None:
    folder = HERE / "runs/wrong/input"
    files = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    moved = [(f"deep/{name}", b"# moved\n\n" * 7 + content) for name, content in files]
    one, two = (
        [result["partialFingerprints"] for result in json.loads(said)["runs"][0]["results"]]
        for said in (sarif(files), sarif(moved))
    )
    assert len(one) >= 2
    assert one == two


def sarif(files: list[tuple[str, bytes]]) -> str:
    return report.render("sarif", outputs.run(lint_files(files), Severity.ERROR))


def test_the_pages_of_rules_are_in_sarif() -> None:
    [log] = json.loads(report.render("sarif", read(HERE / "cases/one-error")))["runs"]
    [rule] = log["tool"]["driver"]["rules"]
    assert "Why it matters" in rule["help"]["markdown"]
    assert "```yaml" in rule["help"]["markdown"]


@pytest.mark.parametrize("run", RUNS)
def test_rdjson(run: Run) -> None:
    content = held(RDJSON, report.render("rdjson", run))
    assert len(content["diagnostics"]) == len(run.findings)
    for one, diagnostic in zip(run.findings, content["diagnostics"], strict=True):
        text = run.texts.text(one.primary.file)
        span = diagnostic["location"]["range"]
        start = text.start(span["start"]["line"]) + span["start"]["column"] - 1
        end = text.start(span["end"]["line"]) + span["end"]["column"] - 1
        assert (start, end) == (one.primary.start, one.primary.end)


@pytest.mark.parametrize("run", RUNS)
def test_junit(run: Run) -> None:
    text = report.render("junit", run)
    JUNIT.validate(StringIO(text))
    suites = ET.fromstring(text)  # noqa: S314 - our own text
    failures = suites.findall(".//failure")
    cases = suites.findall(".//testcase")
    assert len(failures) == sum(map(run.fails, run.findings)) == int(suites.attrib["failures"])
    assert len(cases) == max(len(run.findings), 1) == int(suites.attrib["tests"])


@pytest.mark.parametrize("run", RUNS)
def test_gitlab(run: Run) -> None:
    content = held(Draft202012Validator(GITLAB), report.render("gitlab", run))
    assert [one["location"]["lines"]["begin"] for one in content] == [
        one.primary.line for one in run.findings
    ]
    assert len({one["fingerprint"] for one in content}) == len(content)


@pytest.mark.parametrize("run", RUNS)
def test_json(run: Run) -> None:
    content = held(Draft202012Validator(FINDINGS), report.render("json", run))
    assert report.render("json-v1", run) == report.render("json", run)
    assert len(content["findings"]) == len(run.findings) == sum(content["counts"].values())
    line = {"$ref": "#/$defs/finding", "$defs": FINDINGS["$defs"]}
    lines = report.render("json-lines", run).splitlines()
    bare = [held(Draft202012Validator(line), each) for each in lines]
    assert [one.pop("version") for one in bare] == ["1"] * len(run.findings)
    assert bare == content["findings"]


def test_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(FINDINGS)
    Draft202012Validator.check_schema(GITLAB)
    Draft7Validator.check_schema(SARIF.schema)


def test_every_case_is_read() -> None:
    assert len(RUNS) >= 40
    assert any(tomllib.loads((case / "case.toml").read_text()).get("finding") for case in CASES)
