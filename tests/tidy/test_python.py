"""The Python house: sizes, names, docstrings, unique codes."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*ROOT.glob("compiler/meshc/**/*.py"), *ROOT.glob("runtime/meshd/**/*.py")])
FILE_CAP, FUNCTION_CAP, PARAMETERS = 600, 70, 7
BANNED = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_there_is_something_to_hold() -> None:
    assert len(SOURCES) >= 40


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sizes(source: Path) -> None:
    text = source.read_text()
    assert len(text.splitlines()) <= FILE_CAP
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_CAP, node.name
            arguments = node.args
            count = len(arguments.args) + len(arguments.kwonlyargs) + len(arguments.posonlyargs)
            # click hands a command its options as parameters.
            assert count <= PARAMETERS or "/cli/" in str(source), node.name


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names(source: Path) -> None:
    assert source.stem not in BANNED
    assert source.parent.name not in BANNED


def test_every_module_says_what_it_is() -> None:
    silent = [source for source in SOURCES if not ast.get_docstring(ast.parse(source.read_text()))]
    assert not silent


def test_rule_codes_are_unique() -> None:
    codes = Counter(
        code[0].upper()
        for source in (ROOT / "compiler/meshc/rules").glob("*/*.py")
        if (code := re.match(r"mc\d{3}", source.stem))
    )
    assert len(codes) >= 20
    assert [code for code, times in codes.items() if times > 1] == []


def test_nothing_sleeps_in_tests() -> None:
    pattern = re.compile(r"\btime\.sleep\(|thread::sleep\(")
    sleeping = [
        path
        for path in [*ROOT.glob("tests/**/*.py"), *ROOT.glob("*/crates/*/tests/**/*.rs")]
        if path != Path(__file__) and pattern.search(path.read_text())
    ]
    assert not sleeping
