"""The same intents give the same bytes: whatever the order, locale, zone, seed or Python."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meshc import _native
from meshc.compiling import compile_files
from meshc.repo import Folder

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/boutique"
SCRIPT = """
import hashlib, sys
from meshc.compiling import compile_files
from meshc.repo import Folder
whole = hashlib.sha256()
compiled = compile_files(Folder(sys.argv[1]).files(), "c")
for workload, content, places in compiled.slices:
    whole.update(workload.encode() + content + places)
for name, content in sorted(compiled.callees.items()):
    whole.update(name.encode() + content)
print(whole.hexdigest())
"""


def runs(python: str | None, minor: int) -> bool:
    """Tell whether it is that Python; a launcher of a version manager may start nothing."""
    if python is None:
        return False
    say = "import sys; print(sys.version_info[1])"
    done = subprocess.run([python, "-c", say], check=False, capture_output=True, text=True)
    return done.returncode == 0 and done.stdout.strip() == str(minor)


OTHERS = [
    found
    for minor in (12, 13, 14)
    for found in (
        shutil.which(f"python3.{minor}"),
        *map(str, Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python")),
    )
    if runs(found, minor)
]


def digest(files: list[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    compiled = compile_files(files, "c")
    for workload, content, places in compiled.slices:
        whole.update(workload.encode() + content + places)
    for name, content in sorted(compiled.callees.items()):
        whole.update(name.encode() + content)
    return whole.hexdigest()


@pytest.fixture(scope="module")
def wanted() -> str:
    return digest(Folder(EXAMPLE).files())


def in_another_process(python: str, path: Path | str, **environment: str) -> str:
    done = subprocess.run(
        [python, "-c", SCRIPT, str(EXAMPLE)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(path), **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_any_order_of_files(wanted: str) -> None:
    files = Folder(EXAMPLE).files()
    for seed in range(20):
        random.Random(seed).shuffle(files)  # noqa: S311 - an order, no secret
        assert digest(files) == wanted


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C", "LANG": "tr_TR.UTF-8"},
    ],
    ids=["zone", "locale"],
)
def test_any_surroundings(wanted: str, environment: dict[str, str]) -> None:
    path = os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "runtime")])
    assert in_another_process(sys.executable, path, **environment) == wanted


def moved(content: bytes, number: int) -> bytes:
    """Give a service in a namespace and at addresses of its own."""
    there = content.replace(b"namespace: shop", b"namespace: s%d" % number)
    there = there.replace(b"  instances: {file: endpoints/ads.yaml}\n", b"")
    return there.replace(b"127.20.", b"127.%d." % (30 + number))


def test_any_timing_of_threads() -> None:
    # Enough files for two threads to share.
    files = Folder(EXAMPLE).files()
    more = [
        (f"{number}/{name}", moved(content, number))
        for number in range(15)
        for name, content in files
        if name.startswith("shop/")
    ]
    mesh = dict(files)["mesh.yaml"].partition(b"  namespaces:")[0]
    many = [(name, content) for name, content in files if name != "mesh.yaml"]
    compiled = [compile_files([*many, ("mesh.yaml", mesh), *more], "c").slices for _ in range(3)]
    assert len(compiled[0]) > 100
    assert compiled[0] == compiled[1] == compiled[2]


@pytest.mark.parametrize("python", OTHERS)
def test_another_python(wanted: str, python: str, tmp_path: Path) -> None:
    # The extension uses the stable ABI; an editable install only names it for one Python.
    shutil.copytree(
        ROOT / "compiler/meshc", tmp_path / "meshc", ignore=shutil.ignore_patterns("*.so")
    )
    shutil.copy(str(_native.__file__), tmp_path / "meshc/_native.abi3.so")
    assert in_another_process(python, tmp_path) == wanted
