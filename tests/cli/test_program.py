"""The program from outside: whole processes, exit codes, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from verb import meshc

ROOT = Path(__file__).resolve().parents[2]
MODULES = 60


VERBS = [
    "init",
    "lint",
    "compile",
    "eval",
    "test",
    "explain",
    "up",
    "down",
    "status",
    "proxy",
    "identity",
]


def test_help_lists_every_verb_and_imports_no_click() -> None:
    done = meshc("--help")
    assert done.returncode == 0
    assert all(f"  {verb} " in done.stdout for verb in VERBS)
    code = "import sys; from meshc.cli import run; run(['--help']); print('click' in sys.modules)"
    assert subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.endswith("False\n")


def test_help_imports_next_to_nothing() -> None:
    """What it costs is measured by `bench/compile.py`; this is why it costs little."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from meshc.cli import run; run(['--help'])\n"
        "print(len(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(done.stdout.splitlines()[-1]) < MODULES


def test_a_lint_imports_nothing_heavy() -> None:
    code = (
        "import sys, meshc.cli.lint, meshc.compiling\n"
        "print([m for m in ('pydantic', 'cryptography', 'asyncio', 'subprocess', 'aiohttp')"
        " if m in sys.modules and m != 'subprocess'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_examples(verb: str) -> None:
    words = [verb, "issue"] if verb == "identity" else [verb]
    done = meshc(*words, "--help")
    assert done.returncode == 0
    assert "Examples:" in done.stdout


def test_version() -> None:
    assert meshc("--version").stdout == "meshc 0.1.0\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lnt"], "`lnt` is no verb; did you mean `lint`?"),
        (["lint", "--nope"], "no such option"),
        (["lint", "/nonexistent"], "`/nonexistent` does not exist"),
        (["lint", "a", "b"], "unexpected extra argument"),
        (["explain", "MC999"], "`MC999` is no rule"),
        (["explain", "unknown-servce"], "did you mean `unknown-service`?"),
        (["explain"], "give one of CODE"),
        (["status", "--state", "/nonexistent"], "holds no status"),
        (["down", "--state", "/nonexistent"], "no controller runs"),
        (["identity", "issue", "nonsense", "--out", "x"], "`nonsense` is no workload"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_line(words: list[str], said: str) -> None:
    done = meshc(*words)
    assert done.returncode in (2, 3)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unforeseen_error_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text("{")
    done = meshc("status", "--state", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1


def test_explain_prints_the_page() -> None:
    done = meshc("explain", "mc201")
    assert done.stdout.startswith("MC201 unknown-service (error)\n")
    assert "What to do:" in done.stdout
    assert len(meshc("explain", "--list").stdout.splitlines()) >= 25


def test_a_reader_that_leaves_early_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m meshc explain --list | head -1"],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert done.stderr == ""


def test_an_empty_folder_is_no_input(tmp_path: Path) -> None:
    for form in ("full", "concise", "json"):
        done = meshc("lint", tmp_path, "--format", form)
        assert done.returncode == 3
        assert done.stderr.startswith("error: ")


def test_a_file_is_not_a_repository(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: b\n")
    done = meshc("lint", tmp_path / "a.yaml")
    assert done.returncode == 2
    assert "is not a folder" in done.stderr


def test_settings_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "meshc.toml").write_text("[namespaces")
    (tmp_path / "a.yaml").write_text("a: b\n")
    done = meshc("lint", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: meshc.toml:")


def test_status_tells_what_the_controller_wrote(tmp_path: Path) -> None:
    state = {
        "commit": "a" * 40,
        "height": 7,
        "manifest": "sha256:" + "b" * 64,
        "proxies": [{"instance": "cart-v1", "state": "current", "manifest": "sha256:" + "b" * 64}],
        "lastRefusal": {"commit": "c" * 40, "text": "error[MC201] unknown-service: \x1b[31m`x`"},
    }
    (tmp_path / "status.json").write_text(json.dumps(state))
    done = meshc("status", "--state", tmp_path)
    assert done.returncode == 1
    assert "height    7" in done.stdout
    assert "cart-v1  current" in done.stdout
    assert "MC201" in done.stdout
    assert "\x1b" not in done.stdout
    assert json.loads(meshc("status", "--state", tmp_path, "--json").stdout) == state
