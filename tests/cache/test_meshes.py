"""A lint that begins with a kept mesh finds what a fresh one finds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from meshc import mesh as meshes
from meshc.cache.findings import KeptFindings
from meshc.cache.store import SEALED, Store
from meshc.compiling import lint_files

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/boutique"


def boutique() -> dict[str, bytes]:
    paths = sorted(EXAMPLE.rglob("*.yaml"))
    return {path.relative_to(EXAMPLE).as_posix(): path.read_bytes() for path in paths}


def quiet(message: str) -> None:
    pytest.fail(message)


def kept_in(folder: Path, repository: str = "here") -> KeptFindings:
    return KeptFindings(Store(str(folder), quiet), repository)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how many files are linked from nothing, run by run."""
    linked: list[int] = []
    link = meshes.link

    def counting(*words: object) -> object:
        linked.append(1)
        return link(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(meshes, "link", counting)
    return linked


def test_an_edit_is_patched_into_the_kept_mesh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = boutique()
    linked = counted(monkeypatch)
    lint_files(sorted(files.items()), kept=kept_in(tmp_path))
    assert len(linked) == 1
    chance = random.Random(5)  # noqa: S311  a repeatable order, no secret
    services = [path for path, text in sorted(files.items()) if b"kind: ServiceIntent" in text]
    anew = 0
    for _ in range(12):
        path = chance.choice(services)
        lines = files[path].splitlines(keepends=True)
        del lines[chance.randrange(len(lines))]
        now = {**files, path: b"".join(lines)}
        fresh = lint_files(sorted(now.items()))
        linked.clear()
        again = lint_files(sorted(now.items()), kept=kept_in(tmp_path))
        assert again.findings == fresh.findings
        assert again.mesh.emit().slices == fresh.mesh.emit().slices
        anew += len(linked)
    assert anew <= 3, "an edit is patched unless it takes a name or namespace away"


def test_each_repository_has_a_mesh_of_its_own(tmp_path: Path) -> None:
    files = boutique()
    for repository in ("one", "two"):
        files["mesh.yaml"] += b"# edited\n"  # or the findings would be known
        lint_files(sorted(files.items()), kept=kept_in(tmp_path, repository))
    assert len(list(tmp_path.glob("*.mesh"))) == 2


def test_an_environment_is_laid_over_the_kept_mesh(tmp_path: Path) -> None:
    files = boutique()
    files["prod.yaml"] = (
        b"apiVersion: meshc.dev/v1\nkind: Environment\nmetadata: {name: prod}\n"
        b"spec: {include: ['**'], patches: []}\n"
    )
    listed = sorted(files.items())
    fresh = lint_files(listed, environment="prod")
    for _ in range(2):
        again = lint_files(listed, environment="prod", kept=kept_in(tmp_path))
        assert again.findings == fresh.findings
        assert again.mesh.emit().slices == fresh.mesh.emit().slices
        for one in tmp_path.glob("*.findings"):
            one.unlink()


def test_a_cut_mesh_is_ignored_with_one_line(tmp_path: Path) -> None:
    files = sorted(boutique().items())
    fresh = lint_files(files, kept=kept_in(tmp_path))
    [image] = tmp_path.glob("*.mesh")
    content = image.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        image.write_bytes(content[:length])
        for one in tmp_path.glob("*.findings"):
            one.unlink()
        said: list[str] = []
        kept = KeptFindings(Store(str(tmp_path), said.append), "here")
        assert lint_files(files, kept=kept).findings == fresh.findings
        assert len(said) == 1


def test_a_mesh_that_is_damaged_while_it_is_read_gives_nothing_to_keep(tmp_path: Path) -> None:
    files = boutique()
    lint_files(sorted(files.items()), kept=kept_in(tmp_path))
    [image] = tmp_path.glob("*.mesh")
    content = image.read_bytes()
    bodies = int.from_bytes(content[-8 - SEALED : -SEALED], "little")
    assert 0 < bodies < len(content)
    kept = kept_in(tmp_path)
    namespaces: list[tuple[str, str]] = []
    files = {path: text for path, text in files.items() if not path.endswith(".toml")}
    mesh = kept.mesh(sorted(files.items()), namespaces, lambda: pytest.fail("it is kept"))
    assert kept.is_whole()
    with image.open("r+b") as file:  # in its place: it is open already
        file.write(b"\xff" * bodies)
    mesh.table("services").column("identity")
    assert not kept.is_whole()
    before = sorted(tmp_path.iterdir())
    assert kept.of(sorted(files.items()), ["another day"], tuple) == ()
    assert sorted(tmp_path.iterdir()) == before
