"""What we give to CI systems: workflows and the action pass their linters, their scripts run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "meshc-lint"
MESHC = f'#!/bin/sh\nexec {sys.executable} -m meshc "$@"\n'
BROKEN = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  calls: [{to: nobody}]
"""
MESH = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  namespaces: [{name: shop}]
"""


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """Give the environment of a step: meshc on the path, files for outputs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "meshc").write_text(MESHC)
    (programs / "meshc").chmod(0o755)
    repository = tmp_path / "intents"
    repository.mkdir()
    (repository / "mesh.yaml").write_text(MESH)
    return {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT / 'compiler'}:{ROOT / 'runtime'}",
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
        "REPOSITORY": str(repository),
        "SARIF": str(tmp_path / "out.sarif"),
        "FAIL_ON": "",
    }


def step(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script of the action as a runner does."""
    return subprocess.run(
        ["bash", str(ACTION / script)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def outputs(environment: dict[str, str]) -> dict[str, str]:
    """Read what a step handed on."""
    lines = Path(environment["GITHUB_OUTPUT"]).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_zizmor_finds_nothing() -> None:
    """Its audits hold over workflows and the action, the pedantic ones too."""
    done = subprocess.run(
        [
            Path(sys.executable).parent / "zizmor",
            "--offline",
            "--no-progress",
            "--persona=pedantic",
            ".github",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_finds_nothing() -> None:
    """The workflows are what GitHub reads; needs actionlint (a Go module) on the path."""
    ours = Path(sys.executable).parent
    found = shutil.which("actionlint") or shutil.which("actionlint", path=ours)
    if found is None:
        pytest.skip("actionlint is not installed: go install .../actionlint@v1.7.12")
    done = subprocess.run([found], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_annotates_and_hands_on_the_exit_code(runner: dict[str, str]) -> None:
    """A finding gives an annotation and SARIF; the step itself succeeds, so that both arrive."""
    (Path(runner["REPOSITORY"]) / "cart.yaml").write_text(BROKEN)
    done = step("lint.sh", runner)
    assert done.returncode == 0, done.stderr
    assert "::error " in done.stdout
    assert outputs(runner) == {"exit-code": "1", "sarif": runner["SARIF"]}
    sarif = json.loads(Path(runner["SARIF"]).read_text())
    assert [one["ruleId"] for one in sarif["runs"][0]["results"]] == ["MC201"]


def test_the_action_is_quiet_where_nothing_is_wrong(runner: dict[str, str]) -> None:
    """SARIF without results is uploaded too: it closes what was found before."""
    done = step("lint.sh", runner)
    assert done.returncode == 0, done.stderr
    assert outputs(runner)["exit-code"] == "0"
    assert json.loads(Path(runner["SARIF"]).read_text())["runs"][0]["results"] == []


def test_the_action_fails_at_once_where_there_is_nothing_to_upload(runner: dict[str, str]) -> None:
    """A folder that does not exist gives no SARIF; the step fails with meshc's own exit code."""
    done = step("lint.sh", {**runner, "REPOSITORY": "no-such-folder"})
    assert done.returncode == 2
    assert "no-such-folder" in done.stderr


def test_the_severity_is_handed_on(runner: dict[str, str]) -> None:
    """`fail-on: info` makes an info fail."""
    (Path(runner["REPOSITORY"]) / "cart.yaml").write_text(
        BROKEN.replace("  calls: [{to: nobody}]", "  owner: orders")
    )
    step("lint.sh", {**runner, "FAIL_ON": "info"})
    assert outputs(runner)["exit-code"] == "1"


def documents(path: Path) -> list[Any]:
    """Read the YAML documents of a file."""
    return list(yaml.safe_load_all(path.read_text()))


def test_hooks_call_verbs_that_exist() -> None:
    """What pre-commit would run answers its help."""
    for hook in documents(ROOT / ".pre-commit-hooks.yaml")[0]:
        program, *words = hook["entry"].split()
        assert program == "meshc"
        done = subprocess.run(
            [sys.executable, "-m", "meshc", *words, "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_the_gitlab_component_uses_inputs_it_declares() -> None:
    """Every `$[[ inputs.NAME ]]` is declared, every declared input used."""
    path = ROOT / "templates" / "meshc-lint.yml"
    spec, _ = documents(path)
    used = {part.split("]]")[0].strip() for part in path.read_text().split("$[[ inputs.")[1:]}
    assert used == set(spec["spec"]["inputs"])


def test_the_gitlab_job_runs(runner: dict[str, str]) -> None:
    """The command of its script, run as written, writes both reports."""
    job = documents(ROOT / "templates" / "meshc-lint.yml")[1]["meshc-lint"]
    command = next(line for line in job["script"] if " lint " in line)
    folder = Path(runner["REPOSITORY"]).parent
    done = subprocess.run(
        ["sh", "-c", command.replace(".meshc-venv/bin/meshc", "meshc")],
        cwd=folder,
        env={**runner, "MESHC_REPOSITORY": runner["REPOSITORY"], "MESHC_FAIL_ON": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reports = job["artifacts"]["reports"]
    assert json.loads((folder / reports["codequality"]).read_text()) == []
    assert (folder / reports["junit"]).read_text().startswith("<?xml")
