"""Kept findings are those of a fresh run, whatever happens to files and to the cache."""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from meshc.cache import key as keys
from meshc.cache.findings import KeptFindings, decode, encode
from meshc.cache.store import MOST, Store
from meshc.compiling import lint_files
from meshc.rules.index import RULES

if TYPE_CHECKING:
    from meshc.findings import Finding

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/boutique"

File = tuple[str, bytes]

MESH = (
    b"apiVersion: meshc.dev/v1\nkind: Mesh\nmetadata: {name: m}\n"
    b"spec: {trustDomain: m.test, namespaces: [{name: a}, {name: b}]}\n"
)


def service(chance: random.Random, number: int) -> bytes:
    calls = ", ".join(f"{{to: a/s{chance.randrange(9)}}}" for _ in range(chance.randrange(3)))
    callers = ", ".join(f"a/s{chance.randrange(9)}" for _ in range(chance.randrange(1, 3)))
    return (
        "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n"
        f"metadata: {{name: s{number}, namespace: {chance.choice('ab')}}}\n"
        f"spec:\n  ports: [{{name: api, port: {chance.choice(['80', 'x'])}, protocol: http}}]\n"
        f"  allow: [{{from: [{callers}], operations: [rest]}}]\n"
        f"  calls: [{calls}]\n"
    ).encode()


def changed(files: dict[str, bytes], chance: random.Random) -> None:
    """Edit, add, delete or rename one file."""
    name = f"s{chance.randrange(6)}.yaml"
    way = chance.randrange(4)
    if way == 0 and name in files:
        del files[name]
    elif way == 1 and name in files:
        files[f"renamed/{chance.randrange(3)}.yaml"] = files.pop(name)
    else:
        files[name] = service(chance, chance.randrange(9))


def quiet(message: str) -> None:
    pytest.fail(message)


@pytest.mark.parametrize("seed", range(4))
def test_kept_is_fresh_on_random_changes(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311  a repeatable order, no secret
    files = {"mesh.yaml": MESH}
    asked: list[dict[str, bytes]] = []
    for _ in range(12):
        if asked and chance.random() < 0.3:
            files = dict(chance.choice(asked))
        else:
            changed(files, chance)
        asked.append(dict(files))
        now = sorted(files.items())
        kept = KeptFindings(Store(str(tmp_path), quiet))
        with_cache = lint_files(now, kept=kept)
        fresh = lint_files(now)
        assert with_cache.findings == fresh.findings
        assert with_cache.mesh.emit().slices == fresh.mesh.emit().slices
    assert len(list(tmp_path.iterdir())) <= MOST


def boutique(extra: bytes = b"a: b") -> list[File]:
    paths = sorted(EXAMPLE.rglob("*.yaml"))
    files = [(path.relative_to(EXAMPLE).as_posix(), path.read_bytes()) for path in paths]
    return sorted([*files, ("zz.yaml", extra)])


def refusing() -> tuple[Finding, ...]:
    pytest.fail("it was known")


def keep(folder: Path) -> tuple[list[File], tuple[Finding, ...], Path]:
    files = boutique()
    found = lint_files(files).findings
    assert found
    KeptFindings(Store(str(folder), quiet)).of(files, [], lambda: found)
    [path] = folder.iterdir()
    assert KeptFindings(Store(str(folder), quiet)).of(files, [], refusing) == found
    return files, found, path


def test_what_findings_depend_on_is_in_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [("a.yaml", b"ab"), ("b.yaml", b"c")]
    others = [
        (files[::-1], []),
        ([("a.yaml", b"a"), ("b.yaml", b"bc")], []),
        ([("a.yamla", b"b"), ("b.yaml", b"c")], []),
        ([("a.yaml", b"ab")], []),
        (files, ["shop", "store"]),
        (files, ["shop", "store", "b", "c"]),
        (files, ["shop", "storeb", "c"]),
    ]
    names = [keys.key(files, []), *(keys.key(*other) for other in others)]
    monkeypatch.setattr(keys, "tool", lambda: "another build")
    names.append(keys.key(files, []))
    assert len(set(names)) == len(names)


def imported(module: str, seen: set[str]) -> None:
    """Add what a module of ours imports, at its top or later, and what that does."""
    path = Path(keys.PACKAGE) / Path(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.exists() or file.as_posix() in seen:
        return
    seen.add(file.as_posix())
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name):
            node.body = []  # TYPE_CHECKING
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("meshc"):
            imported(str(node.module), seen)
            for alias in node.names:
                imported(f"{node.module}.{alias.name}", seen)


def test_every_part_of_the_tool_that_finds_is_in_its_digest() -> None:
    finding = {"meshc.rules", "meshc.mesh", "meshc.cache.findings"}
    finding |= {rule.module for rule in RULES.values() if rule.found_by in keys.CHECKS}
    needed: set[str] = set()
    for module in finding:
        imported(module, needed)
    digested = {f"{keys.PACKAGE}/{path}" for path in keys.sources()}
    assert needed - {f"{keys.PACKAGE}/__init__.py"} <= digested
    assert f"{keys.PACKAGE}/schema/generated.json" in digested
    assert len(needed) > 15


def test_an_edited_check_is_another_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    before, read = keys.tool_now(), keys.read
    edited = "rules/resilience/mc602_retry_amplification.py"

    def changed(path: str, most: int = -1) -> bytes:
        return read(path, most) + (b"#" if path.endswith(edited) else b"")

    assert keys.tool_now() == before
    monkeypatch.setattr(keys, "read", changed)
    assert keys.tool_now() != before


def test_another_build_of_the_extension_is_another_tool(tmp_path: Path) -> None:
    from meshc import _native

    whole = Path(_native.__file__).read_bytes()
    name = keys.build(_native.__file__)
    if sys.platform == "linux":
        assert len(name) == 20
        assert name in whole
    rebuilt = tmp_path / "rebuilt.so"
    rebuilt.write_bytes(whole.replace(name, name[::-1], 1))
    assert keys.build(str(rebuilt)) == name[::-1]
    nameless = tmp_path / "nameless.so"
    nameless.write_bytes(whole.replace(keys.NOTE, b"\0" * len(keys.NOTE)))
    assert keys.build(str(nameless)) == nameless.read_bytes()


@pytest.mark.parametrize("seed", range(40))
def test_damage_is_ignored_with_one_line(seed: int, tmp_path: Path) -> None:
    files, found, path = keep(tmp_path)
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311  a repeatable order, no secret
    if seed % 2:
        del content[chance.randrange(len(content)) :]
    else:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    said: list[str] = []
    kept = KeptFindings(Store(str(tmp_path), said.append))
    assert kept.of(files, [], lambda: found) == found
    assert len(said) == 1
    assert "damaged" in said[0]
    assert KeptFindings(Store(str(tmp_path), quiet)).of(files, [], refusing) == found


def test_another_version_is_ignored(tmp_path: Path) -> None:
    files, found, path = keep(tmp_path)
    content = path.read_bytes()
    assert b"cache 3" in content
    path.write_bytes(content.replace(b"cache 3", b"cache 2", 1))
    said: list[str] = []
    assert KeptFindings(Store(str(tmp_path), said.append)).of(files, [], lambda: found) == found
    assert len(said) == 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[[]]", b"[1]", b"null", b"[" * 100_000, b'[["MC1"]]', b"\xff"]
)
def test_no_bytes_are_findings_by_accident(content: bytes) -> None:
    assert decode(content) is None


def test_what_is_encoded_is_decoded() -> None:
    found = lint_files(boutique()).findings
    assert decode(encode(found)) == found


def test_a_folder_that_is_none_is_ignored_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    files, said = boutique(), list[str]()
    found = lint_files(files).findings
    kept = KeptFindings(Store(str(tmp_path / "file"), said.append))
    assert kept.of(files, [], lambda: found) == found
    assert kept.of(files, [], lambda: found) == found
    assert len(said) == 1


def test_links_in_the_folder_are_not_followed(tmp_path: Path) -> None:
    files, found, path = keep(tmp_path)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to("elsewhere")
    said: list[str] = []
    assert KeptFindings(Store(str(tmp_path), said.append)).of(files, [], lambda: found) == found
    assert len(said) == 1
    assert not path.is_symlink()


def test_the_longest_unused_go(tmp_path: Path) -> None:
    store = Store(str(tmp_path), quiet)
    for number in range(MOST + 8):
        store.save(f"{number}", b"x")
        os.utime(tmp_path / f"{number}", (number, number))
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == MOST
    assert f"{MOST + 7}" in left
    assert "0" not in left


def run(repository: Path, *words: str | Path, **environment: str) -> tuple[str, str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "meshc", "lint", repository, "--format", "json", *words],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime", **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout, done.stderr, done.returncode


def test_parallel_runs_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for path, content in boutique(b"kind: Nothing"):
        target = tmp_path / "in" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    fresh = run(tmp_path / "in", "--no-cache")
    words = [sys.executable, "-m", "meshc", "lint", tmp_path / "in", "--format", "json"]
    words += ["--cache-dir", tmp_path / "kept"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime"}
    for _ in range(2):
        all_runs = [
            subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        for one in all_runs:
            assert one.communicate()[0] == fresh[0]
            assert one.returncode == fresh[2]
    suffixes = sorted(path.suffix for path in (tmp_path / "kept").iterdir())
    assert suffixes == [".files", ".findings", ".mesh"]
    assert not (tmp_path / "in/.meshc").exists()


def test_runs_over_edits_say_what_fresh_ones_say(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  a repeatable order, no secret
    files = dict(boutique(b"kind: Nothing"))
    for _ in range(9):
        for path, content in files.items():
            target = tmp_path / "in" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        text = tmp_path / "text"
        fresh = run(tmp_path / "in", "--no-cache", "--output", f"full:{text}")
        wanted = text.read_text()
        for _ in range(2):
            words = ("--cache-dir", tmp_path / "kept", "--output", f"full:{text}")
            again = run(tmp_path / "in", *words)
            assert (again[0], again[2]) == (fresh[0], fresh[2])
            assert text.read_text() == wanted
        path = chance.choice(sorted(files))
        lines = files[path].splitlines(keepends=True)
        del lines[chance.randrange(len(lines))]
        files[path] = b"".join(lines)
        if chance.random() < 0.4:  # A file comes: everything is linked anew.
            files[f"shop/new-{len(files)}.yaml"] = files[path]


def test_the_command_line_uses_the_folder_it_is_given_and_none_if_told(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    first = run(EXAMPLE, MESHC_CACHE_DIR=str(one))
    assert len(list(one.iterdir())) == 3
    assert run(EXAMPLE, "--cache-dir", two, MESHC_CACHE_DIR=str(one))[0] == first[0]
    assert len(list(two.iterdir())) == 3
    assert run(EXAMPLE, "--no-cache", "--cache-dir", tmp_path / "three")[0] == first[0]
    assert not (tmp_path / "three").exists()
    for path in one.iterdir():
        path.write_bytes(b"nonsense")
    out, said, code = run(EXAMPLE, MESHC_CACHE_DIR=str(one))
    assert (out, code) == (first[0], first[2])
    assert said.count("\n") == first[1].count("\n") + 1
    assert "is ignored" in said
