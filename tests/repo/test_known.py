"""Files that are known from an earlier run are the same files, whatever happened in between."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshc.cli import exits, source
from meshc.repo import Folder

PATHS = st.sampled_from(["a.yaml", "b.yml", "b/c.yaml", "keys.json", "meshc.toml", "x/ca.pem"])
CONTENTS = st.sampled_from(
    [
        b"",
        b"a: 1\n",
        b"# meshc: x\n",
        b"kind: Waiver\n",
        b"kind: TokenIssuer\nkeys: keys.json\n",
        b"federation: [x/ca.pem]\n",
        b"# long\n" * 200_000,
    ]
)
MANY = st.dictionaries(PATHS, CONTENTS, min_size=1)
WORDS = (b"meshc:", b"Waiver")


def write(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in {"zz.yaml": b"", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@given(MANY, MANY, st.booleans(), st.booleans())
def test_known_files_are_files_read_anew(
    before: dict[str, bytes], after: dict[str, bytes], edited: bool, asked: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "repository"
        write(folder, before)
        first = Folder(folder).read().files
        if asked:
            for word in WORDS:
                first.holding(word)
        write(folder, {**before, **after} if edited else after)
        fresh = Folder(folder).read()
        again = Folder(folder).read(first.image())
        assert again.problems == fresh.problems
        for word in WORDS:
            assert again.files.holding(word) == fresh.files.holding(word)
            rest = (one.without(["a.yaml", "b/c.yaml"]) for one in (again.files, fresh.files))
            held, wanted = (one.holding(word) for one in rest)
            assert held == wanted
        assert list(again.files) == list(fresh.files)
        assert again.files.lost() == []
        assert again.files.image() == fresh.files.image()


@pytest.mark.parametrize("image", [b"", b"\x05", b"\x01\x01a" + b"0" * 32, b"\xff" * 99])
def test_what_is_no_image_knows_nothing(tmp_path: Path, image: bytes) -> None:
    write(tmp_path / "repository", {"a.yaml": b"a: 1\n"})
    folder = Folder(tmp_path / "repository")
    assert folder.read(image) == folder.read()


def test_what_changed_before_it_was_asked_for_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    write(folder, {"a.yaml": b"a: 1\n", "b.yml": b"b: 1\n", "c.yaml": b"c: 1\n"})
    image = Folder(folder).read().files.image()
    files = Folder(folder).read(image).files
    (folder / "a.yaml").write_bytes(b"a: 2\n")
    (folder / "b.yml").unlink()
    source.hold(files)
    assert (files.get("a.yaml"), files.get("b.yml"), files.get("c.yaml")) == (b"", b"", b"c: 1\n")
    assert files.lost() == ["a.yaml", "b.yml"]
    with pytest.raises(exits.Failure, match=r"`a.yaml` and 1 more changed") as failure:
        source.hold(files)
    assert failure.value.code == exits.UNREADABLE
