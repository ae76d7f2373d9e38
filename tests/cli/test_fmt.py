"""`meshc fmt` on files of a disk and on standard input."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from verb import ROOT, meshc

from meshc.change.layout import laid_out
from meshc.cli import starter

UGLY = """\
# a cart
kind:   ServiceIntent
apiVersion: meshc.dev/v1
metadata: { namespace: shop,  name: 'cart' }


spec:
    owner: team   # ours
"""
TIDY = """\
# a cart
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: "cart", namespace: shop}

spec:
  owner: team  # ours
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/cart.yaml").write_text(UGLY)
    (tmp_path / "tidy.yaml").write_text(TIDY)
    (tmp_path / "notes.txt").write_text("a:   b\n")
    return tmp_path


def test_files_of_a_folder_are_laid_out(folder: Path) -> None:
    cart = folder / "shop/cart.yaml"
    cart.chmod(0o604)
    done = meshc("fmt", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 changed, 1 in order\n")
    assert cart.read_text() == TIDY
    assert cart.stat().st_mode & 0o777 == 0o604
    assert (folder / "notes.txt").read_text() == "a:   b\n"
    assert meshc("fmt", cwd=folder).stderr == "0 changed, 2 in order\n"


def test_a_check_names_files_and_writes_nothing(folder: Path) -> None:
    done = meshc("fmt", "--check", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "shop/cart.yaml\n")
    assert done.stderr == "1 would change, 1 in order\n"
    assert (folder / "shop/cart.yaml").read_text() == UGLY
    assert meshc("fmt", "--check", "tidy.yaml", cwd=folder).returncode == 0


def test_a_diff_is_a_patch(folder: Path) -> None:
    done = meshc("fmt", "--diff", "shop", cwd=folder)
    assert done.returncode == 1
    subprocess.run(["git", "apply", "-"], cwd=folder, input=done.stdout, text=True, check=True)
    assert (folder / "shop/cart.yaml").read_text() == TIDY


def test_one_file_is_laid_out_where_it_is(folder: Path) -> None:
    assert meshc("fmt", "shop/cart.yaml", cwd=folder).returncode == 0
    assert (folder / "shop/cart.yaml").read_text() == TIDY


def piped(text: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "meshc", "fmt", "-", *words],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime"},
        input=text,
        check=False,
        capture_output=True,
    )


def test_standard_input_goes_to_standard_output() -> None:
    done = piped(UGLY.encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, TIDY.encode(), b"")
    crlf = TIDY.replace("\n", "\r\n").encode()
    assert piped(crlf).stdout == crlf
    assert piped(UGLY.encode(), "--check").returncode == 1
    assert b"+metadata" in piped(UGLY.encode(), "--diff").stdout


def test_what_cannot_be_read_is_left_alone_and_said(folder: Path) -> None:
    (folder / "bad.yaml").write_text("a:  [1\n")
    done = meshc("fmt", cwd=folder)
    assert done.returncode == 1
    assert done.stderr == (
        "warning: bad.yaml:1:5: left as it is: `[` is opened and never closed\n"
        "1 changed, 1 in order, 1 left as they are\n"
    )
    assert (folder / "bad.yaml").read_text() == "a:  [1\n"
    said = piped(b"a:  [1\n")
    assert (said.returncode, said.stdout) == (1, b"a:  [1\n")
    assert b"never closed" in said.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [(["missing.yaml"], 4), (["-", "shop"], 2), (["link.yaml"], 4), (["empty"], 3)],
)
def test_what_is_no_input_is_refused(folder: Path, words: list[str], code: int) -> None:
    (folder / "empty").mkdir()
    (folder / "link.yaml").symlink_to("tidy.yaml")
    done = meshc("fmt", *words, cwd=folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("error: ")


def ours() -> list[tuple[str, bytes]]:
    """Give every intent that people copy from: examples, the schema's, and the starter."""
    folders = [ROOT / "examples", ROOT / "compiler/meshc/schema/examples"]
    files = [file for folder in folders for file in sorted(folder.rglob("*.yaml"))]
    return [
        *((str(file.relative_to(ROOT)), file.read_bytes()) for file in files),
        *((f"starter/{path}", text.encode()) for path, text in starter.FILES.items()),
    ]


def test_what_people_copy_from_is_in_its_layout() -> None:
    files = [file for file in ours() if file[0].endswith(".yaml")]
    assert len(files) > 20
    assert [one.path for one in laid_out(files) if one.differs or one.reason] == []
