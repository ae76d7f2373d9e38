"""The Rust house: who may depend on whom, how large things get."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = sorted(
    [*ROOT.glob("compiler/crates/*/Cargo.toml"), *ROOT.glob("runtime/crates/*/Cargo.toml")]
)
SOURCES = sorted(
    [*ROOT.glob("compiler/crates/*/src/**/*.rs"), *ROOT.glob("runtime/crates/*/src/**/*.rs")]
)
RUNTIME = {path.parent.name for path in MANIFESTS if path.parts[-4] == "runtime"}
# The extension reads what was kept and writes what was emitted; it decides nothing itself.
DOES_IO = {"folder", "keys", "native", "proxy"}
# Fuzz targets reach both halves; nothing depends on them.
TESTS_BOTH = {"fuzzing"}
# Signatures are the library's even where nothing else touches the world.
VERIFIES_SIGNATURES = {"token"}
FILE_CAP, FUNCTION_CAP = 600, 70
BANNED = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def dependencies(manifest: Path) -> set[str]:
    return set(tomllib.loads(manifest.read_text())["dependencies"])


def test_there_is_something_to_hold() -> None:
    assert len(MANIFESTS) >= 12
    assert len(SOURCES) >= 40


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_directions(manifest: Path) -> None:
    name, found = manifest.parent.name, dependencies(manifest)
    ours = {one.removeprefix("meshc-") for one in found if one.startswith("meshc-")}
    if name in RUNTIME - TESTS_BOTH:
        assert ours <= RUNTIME, f"the runtime depends on the compiler: {ours - RUNTIME}"
    assert ("pyo3" in found) == (name == "native")
    if name not in DOES_IO:
        assert not found & {"tokio", "rustls", "rustix", "mio", "libc"}
        assert "aws-lc-rs" not in found or name in VERIFIES_SIGNATURES


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_unsafe_is_forbidden(manifest: Path) -> None:
    lints = tomllib.loads(manifest.read_text())["lints"]
    # PyO3's macros write unsafe code, so its crate can't inherit `forbid`.
    assert lints == {"workspace": True} or manifest.parent.name == "native"


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_decisions_know_nothing_above_them(manifest: Path) -> None:
    order = {"automaton": 0, "limit": 0, "snapshot": 0, "request": 0, "token": 0, "decide": 1}
    own = order.get(manifest.parent.name)
    if own is not None:
        ours = {
            one.removeprefix("meshc-") for one in dependencies(manifest) if one.startswith("meshc-")
        }
        assert all(order.get(one, 9) < own for one in ours)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sizes(source: Path) -> None:
    lines = code_lines(source)
    assert len(lines) <= FILE_CAP, f"{len(lines)} lines"
    long = [f"{name}: {size} lines" for name, size in functions(lines) if size > FUNCTION_CAP]
    assert not long


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names(source: Path) -> None:
    assert source.stem not in BANNED


def code_lines(source: Path) -> list[str]:
    """Give the lines before an inline test module; a file of tests has none."""
    if source.stem == "tests" or "tests" in source.parent.name:
        return []
    lines = source.read_text().splitlines()
    for number, line in enumerate(lines):
        if line.strip() == "#[cfg(test)]" and "mod tests {" in "".join(
            lines[number + 1 : number + 3]
        ):
            return lines[:number]
    return lines


def functions(lines: list[str]) -> list[tuple[str, int]]:
    """Give each function's name and length, from its `fn` line to the brace at its indentation."""
    found = []
    for number, line in enumerate(lines):
        head = re.match(r"( *)(?:pub(?:\([^)]*\))? )?(?:const )?(?:async )?fn (\w+)", line)
        if head and not line.endswith(";"):  # a trait's declaration has no body
            end = next(
                (n for n in range(number, len(lines)) if lines[n].rstrip() == head[1] + "}"), number
            )
            found.append((head[2], end - number + 1))
    return found
