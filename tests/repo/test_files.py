"""`Files` says of files what a list of them says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshc._native import Files
from meshc.repo.listing import File, files_of

PATHS = st.sampled_from(["a.yaml", "b.yaml", "b/a.yaml", "b/é.toml", "meshc.toml", "c"])
CONTENTS = st.sampled_from([b"", b"meshc:", b"Waiver", b"# meshc: x\nkind: Waiver\n", b"\xff"])
MANY = st.dictionaries(PATHS, CONTENTS).map(lambda files: list(files.items()))
WORDS = (b"meshc:", b"Waiver")


def holding(files: Files) -> list[list[int]]:
    return [files.holding(word) for word in WORDS]


@given(MANY, PATHS, st.sampled_from([".toml", ".yaml", "a", ""]))
def test_files_are_a_sorted_list(given_files: list[File], path: str, end: str) -> None:
    files, plain = Files(given_files), sorted(given_files)
    assert list(files) == plain
    assert files == plain
    assert files == Files(reversed(plain))
    assert len(files) == len(plain)
    assert files_of(files) is files
    assert files.get(path) == dict(plain).get(path)
    assert files.ending(end) == [one for one in plain if one[0].endswith(end)]
    assert holding(files) == [
        [at for at, (_, content) in enumerate(plain) if word in content] for word in WORDS
    ]
    rest = files.without([path, path])  # It knows what was asked before.
    assert list(rest) == [one for one in plain if one[0] != path]
    assert holding(rest) == holding(Files(list(rest)))


@given(MANY, MANY, st.booleans())
def test_changed_files_are_files_read_anew(
    before: list[File], changed: list[File], asked: bool
) -> None:
    files, wanted = Files(before), Files({**dict(before), **dict(changed)}.items())
    if asked:
        holding(files)
    found = files.changed(changed)
    assert found == wanted
    assert holding(found) == holding(wanted)
    assert list(files) == sorted(before)
    differing = [path for path, content in sorted(before) if wanted.get(path) != content]
    assert files.differing(wanted) == differing


def test_what_is_not_there_is_an_error() -> None:
    files = Files([("a", b"1"), ("b", b"2")])
    assert (files[-1], files[-2], files[0]) == (("b", b"2"), ("a", b"1"), ("a", b"1"))
    for at in (2, -3):
        with pytest.raises(IndexError):
            files[at]
    with pytest.raises(TypeError):
        Files([("a", "text")])  # type: ignore[list-item]
    assert files != 3
    assert files != [("a", b"1")]
