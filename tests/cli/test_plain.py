"""What is read without click is what click reads; and a lint imports nothing that takes long."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshc.cli import clicking, linting, option

ROOT = Path(__file__).resolve().parents[2]
SLOW = {"argparse", "ast", "click", "contextlib", "dataclasses", "enum", "inspect", "json"}
SLOW |= {"pathlib", "re", "subprocess", "tempfile", "tomllib", "typing", "unicodedata"}
SERVICE = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  calls: [{to: catalogue}]
"""
PROGRAM = f"""\
import sys
sys.path[:0] = {[str(ROOT / "compiler"), str(ROOT / "runtime")]}
from meshc import cli
code = cli.run(sys.argv[1:])
sys.stdout.flush()
print(*sorted(sys.modules))
sys.exit(code)
"""


@click.command()
@clicking.repository
@clicking.taking(*linting.OPTIONS)
def verb(**values: Any) -> dict[str, Any]:
    return values


def by_click(words: list[str]) -> dict[str, Any] | None:
    try:
        with verb.make_context("verb", list(words)) as context:
            found: dict[str, Any] = verb.invoke(context)
    except (click.ClickException, click.exceptions.Exit):
        return None
    return found


VALUES = [
    "",
    "-",
    "--",
    "--fix",
    ".",
    "a=b",
    "1",
    "-1",
    "007",
    "\u0661",
    "error",
    "always",
    "json",
    "x y",
]
NAMES = [one.word for one in linting.OPTIONS] + ["--help", "-h", "--lim", "--unknown", "-n"]
WORDS = st.lists(
    st.one_of(
        st.sampled_from(NAMES),
        st.sampled_from(VALUES),
        st.builds("{}={}".format, st.sampled_from(NAMES), st.sampled_from(VALUES)),
    ),
    max_size=6,
)


@given(WORDS)
def test_what_is_read_without_click_is_what_click_reads(words: list[str]) -> None:
    read = option.plain(words, linting.OPTIONS)
    assert read is None or read == by_click(words)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "shop",
        "--no-cache --exit-zero shop",
        "shop --format=concise --limit 5 --fail-on warning",
        "--output full --output sarif:x.sarif --select MC2 --env prod --rev HEAD~1",
    ],
)
def test_usual_lines_need_no_click(line: str) -> None:
    read = option.plain(line.split(), linting.OPTIONS)
    assert read is not None
    assert read == by_click(line.split())


@pytest.mark.parametrize("value", ["", "/somewhere"])
def test_the_environment_speaks_alike(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHC_CACHE_DIR", value)
    for words in ([], ["--cache-dir", "here"]):
        assert option.plain(words, linting.OPTIONS) == by_click(words)


@pytest.mark.parametrize(("words", "broken"), [(["--no-cache"], True), ([], False)])
def test_a_lint_imports_nothing_that_takes_long(
    words: list[str], broken: bool, tmp_path: Path
) -> None:
    repository = shutil.copytree(ROOT / "examples/boutique", tmp_path / "repository")
    (repository / "meshc.toml").unlink()  # who writes settings pays for the reader of TOML
    if broken:
        (repository / "cart.yaml").write_text(SERVICE)
    for _ in range(2):  # the second finds what the first kept
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", PROGRAM, "lint", *words, "--cache-dir", "../kept"],
            cwd=repository,
            capture_output=True,
            text=True,
            check=False,
        )
        *said, modules = done.stdout.splitlines()
        assert done.returncode == broken, done.stderr
        assert ("MC201" in "".join(said)) == broken
        assert not SLOW & set(modules.split())
