"""Lints of revisions begin with what an earlier one knew, and find what a fresh one finds."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from committing import commit, git
from meshc.cache.findings import KeptFindings
from meshc.cache.store import Store
from meshc.compiling import Linted, lint_files
from meshc.repo import Folder, Revision

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "examples/boutique", root)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(root))
    commit(root)
    return root


def quiet(message: str) -> None:
    pytest.fail(message)


def lint(source: Folder | Revision, store: Path) -> Linted:
    """Lint as a run of its own that keeps what it finds."""
    kept = KeptFindings(Store(str(store), quiet), "here")
    sort = type(source).__name__
    files = source.read(kept.files(sort)).files
    linted = lint_files(files, kept=kept)
    kept.keep_files(files, sort)
    assert files.lost() == []
    return linted


def fresh(source: Folder | Revision) -> Linted:
    return lint_files(source.read().files)


def edit(root: Path, chance: random.Random) -> None:
    """Take a line out of a file, or delete, copy or rename one."""
    path = chance.choice([path for path in sorted(root.rglob("*.yaml")) if path.parent != root])
    way = chance.randrange(12)
    if way == 0:
        path.unlink()
    elif way == 1:
        shutil.copy(path, path.with_name(f"copy-of-{path.name}"))
    elif way == 2:
        path.rename(path.with_name(f"renamed-{path.name}"))
    elif lines := path.read_bytes().splitlines(keepends=True):
        del lines[chance.randrange(len(lines))]
        path.write_bytes(b"".join(lines))


@pytest.mark.parametrize("seed", range(4))
def test_folder_and_revisions_in_turn_find_what_fresh_runs_find(
    repository: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  a repeatable order, no secret
    for _ in range(12):
        edit(repository, chance)
        for source in (Folder(repository), Revision(repository, "HEAD")):
            found, wanted = lint(source, tmp_path / "kept"), fresh(source)
            assert found.findings == wanted.findings
            assert found.mesh.emit().slices == wanted.mesh.emit().slices
        if chance.random() < 0.7:
            commit(repository)
        if chance.random() < 0.2:
            git(repository, "checkout", "--quiet", "--force", "--detach", "HEAD~1")


def test_folder_and_revision_in_turn_begin_with_a_list_of_their_own(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "shop").mkdir(exist_ok=True)
    (repository / "shop/new.yaml").write_text("kind: Nothing\n")  # in the folder alone
    for _ in range(3):
        for source in (Folder(repository), Revision(repository, "HEAD")):
            lint(source, tmp_path / "kept")
    lists = {path: path.read_bytes() for path in (tmp_path / "kept").glob("*.files")}
    assert len(lists) == 2
    for sort in (Folder(repository), Revision(repository, "HEAD")):
        kept = KeptFindings(Store(str(tmp_path / "kept"), quiet), "here")
        assert sort.read(kept.files(type(sort).__name__)).files.begun()
        lint(sort, tmp_path / "kept")
    assert {path: path.read_bytes() for path in lists} == lists


def run(repository: Path, *words: str) -> tuple[str, str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "meshc", "lint", repository, "--format", "json", *words],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout, done.stderr, done.returncode


def test_what_was_found_in_a_damaged_repository_is_not_kept(
    repository: Path, tmp_path: Path
) -> None:
    """The mesh of a damaged store is empty, but not that of the files it is kept by."""
    words = ("--rev", "HEAD", "--cache-dir", str(tmp_path / "kept"))
    run(repository, *words)
    service = next(path for path in sorted(repository.rglob("*.yaml")) if path.name != "mesh.yaml")
    service.write_text(f"{service.read_text()}# edited\n")
    commit(repository)
    wanted = run(repository, "--rev", "HEAD", "--no-cache")
    name = git(repository, "rev-parse", "HEAD:mesh.yaml")
    blob = repository / ".git/objects" / name[:2] / name[2:]
    aside = tmp_path / "aside"
    blob.rename(aside)
    _, said, code = run(repository, *words)
    assert code == 4, said
    assert "`mesh.yaml` cannot be read from commit" in said
    aside.rename(blob)
    again = run(repository, *words)
    assert (again[0], again[2]) == (wanted[0], wanted[2])
