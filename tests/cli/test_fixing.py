"""`meshc lint --fix`, `--unsafe-fixes` and `--diff` on files of a disk."""

import os
import subprocess
from pathlib import Path

import pytest
from verb import meshc

from meshc.change.writing import Unwritten, write

MESH = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  namespaces: [{name: shop}]
"""
CART = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: "8080", protocol: HTTP}]   # two mistakes
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: on}}}]}
  allow: [{from: [anyone], operations: [beta]}]
"""
SAFE = CART.replace('"8080"', "8080").replace(": on}", ': "on"}')
UNSAFE = SAFE.replace("HTTP", "http")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mesh.yaml").write_text(MESH)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/cart.yaml").write_text(CART)
    return tmp_path


def test_fix_writes_what_is_safe_and_says_what_is_left(folder: Path) -> None:
    cart = folder / "shop/cart.yaml"
    cart.chmod(0o640)
    done = meshc("lint", folder, "--fix", "--format", "concise")
    assert done.returncode == 1
    assert "MC104" in done.stdout
    assert "2 fixed, 2 left (1 more with --unsafe-fixes)" in done.stderr
    assert cart.read_text() == SAFE
    assert cart.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in cart.parent.iterdir()) == ["cart.yaml"]


def test_unsafe_fixes_are_made_on_demand_only(folder: Path) -> None:
    done = meshc("lint", folder, "--fix", "--unsafe-fixes")
    assert (done.returncode, (folder / "shop/cart.yaml").read_text()) == (0, UNSAFE)
    assert "3 fixed, 1 left\n" in done.stderr
    again = meshc("lint", folder, "--fix", "--unsafe-fixes")
    assert "0 fixed, 1 left\n" in again.stderr


def test_a_diff_is_a_patch_and_writes_nothing(folder: Path) -> None:
    done = meshc("lint", folder, "--diff")
    assert done.returncode == 1
    assert "2 would be fixed, 2 left (1 more with --unsafe-fixes)" in done.stderr
    assert (folder / "shop/cart.yaml").read_text() == CART
    subprocess.run(["git", "apply", "-"], cwd=folder, input=done.stdout, text=True, check=True)
    assert (folder / "shop/cart.yaml").read_text() == SAFE
    assert (meshc("lint", folder, "--diff").stdout, meshc("lint", folder, "--diff").returncode) == (
        "",
        0,
    )


@pytest.mark.parametrize(
    "words",
    [["--fix", "--rev", "HEAD"], ["--unsafe-fixes"], ["--fix", "--diff"]],
)
def test_options_that_do_not_go_together_are_refused(folder: Path, words: list[str]) -> None:
    done = meshc("lint", folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert (folder / "shop/cart.yaml").read_text() == CART


def test_nothing_is_written_through_a_link(tmp_path: Path, folder: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.yaml").write_text("old")
    (folder / "link").symlink_to(outside)
    (folder / "a.yaml").symlink_to(outside / "a.yaml")
    for path in ("link/a.yaml", "a.yaml", "missing.yaml"):
        with pytest.raises(Unwritten, match="cannot write"):
            write(str(folder), path, b"old", b"new")
    assert (outside / "a.yaml").read_text() == "old"


def test_what_was_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    with pytest.raises(Unwritten, match="it was changed while it was checked"):
        write(str(folder), "mesh.yaml", b"something else", b"new")
    assert (folder / "mesh.yaml").read_text() == MESH


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_said(folder: Path) -> None:
    (folder / "shop").chmod(0o500)
    done = meshc("lint", folder, "--fix")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot write `shop/cart.yaml`: permission denied" in done.stderr
    assert (folder / "shop/cart.yaml").read_text() == CART
