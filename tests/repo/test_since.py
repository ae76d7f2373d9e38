"""A revision that begins with what is known of an older one is read as if nothing were known."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from committing import commit, git
from meshc.cli import exits, source
from meshc.repo import Folder, Revision, Unreadable

ISSUER = "kind: TokenIssuer\nspec: {keys: {file: keys/corp.json}}\n"
TREE = {
    "a.yaml": "a: 1\n",
    "shop/b.yml": "b: 1\n",
    "shop/c.yaml": "# meshc: c\n",
    "corp.yaml": ISSUER,
    "keys/corp.json": "{}\n",
    "package.json": "{}\n",
    "meshc.toml": 'extend = "lint/base.toml"\n',
    "lint/base.toml": "\n",
    "CODEOWNERS": "* @a\n",
    "README": "read me\n",
}
WORDS = (b"meshc:", b"Waiver")


def write(root: Path, path: str, text: str) -> None:
    target = root / path
    if target.is_symlink() or target.exists():
        target.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for path, text in TREE.items():
        write(root, path, text)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(root))
    commit(root)
    return root


def image_of(root: Path, revision: str = "HEAD") -> bytes:
    """Give what a run keeps that looked for some words."""
    files = Revision(root, revision).read().files
    for word in WORDS:
        files.holding(word)
    return files.image()


def same(root: Path, image: bytes, revision: str = "HEAD") -> bool:
    """Hold a reading that begins with something against one from nothing; tells if it did begin."""
    fresh = Revision(root, revision).read()
    found = Revision(root, revision).read(image)
    assert found.problems == fresh.problems
    for word in WORDS:
        assert found.files.holding(word) == fresh.files.holding(word)
    assert list(found.files) == list(fresh.files)
    assert found.files.image() == (
        image_of(root, revision) if found.files.begun() else fresh.files.image()
    )
    assert found.files.lost() == []
    return found.files.begun()


PLAIN = {
    "nothing": {},
    "an intent": {"a.yaml": "a: 2\n"},
    "two intents": {"a.yaml": "a: 2\n", "shop/b.yml": "# meshc: b\n"},
    "no word any more": {"shop/c.yaml": "c: 1\n"},
    "an empty one": {"a.yaml": ""},
    "the owners": {"CODEOWNERS": "* @b\n"},
    "keys": {"keys/corp.json": "[]\n"},
    "what nobody names": {"package.json": "[]\n"},
    "what is not read": {"README": "read it\n", "new/README": "new\n", ".hidden/x.yaml": "x: 1\n"},
}
NOT_PLAIN = {
    "a new intent": {"new.yaml": "n: 1\n"},
    "settings": {"meshc.toml": ""},
    "what settings extend": {"lint/base.toml": 'extend = "lint/deeper.toml"\n'},
    "who names keys": {"corp.yaml": ISSUER + "# package.json\n"},
    "who names keys no more": {"corp.yaml": "a: 1\n"},
    "who names something now": {"a.yaml": "# federation: package.json\n"},
    "new keys": {"keys/new.json": "{}\n"},
    "new owners": {"docs/CODEOWNERS": "* @a\n"},
}


@pytest.mark.parametrize("what", PLAIN)
def test_contents_that_changed_are_read_and_no_others(repository: Path, what: str) -> None:
    image = image_of(repository)
    for path, text in PLAIN[what].items():
        write(repository, path, text)
    commit(repository)
    assert same(repository, image)


@pytest.mark.parametrize("what", NOT_PLAIN)
def test_where_more_changed_all_is_read(repository: Path, what: str) -> None:
    image = image_of(repository)
    for path, text in NOT_PLAIN[what].items():
        write(repository, path, text)
    commit(repository)
    assert not same(repository, image)


def test_where_a_file_goes_or_becomes_something_else_all_is_read(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    for change in (gone, renamed, moved, linked, nested, huge):
        git(repository, "reset", "--quiet", "--hard", first)
        image = image_of(repository)
        change(repository)
        commit(repository)
        assert not same(repository, image), change


def gone(root: Path) -> None:
    (root / "a.yaml").unlink()


def renamed(root: Path) -> None:
    (root / "a.yaml").rename(root / "z.yaml")


def moved(root: Path) -> None:
    (root / "shop").rename(root / "store")


def linked(root: Path) -> None:
    (root / "a.yaml").unlink()
    (root / "a.yaml").symlink_to("shop/b.yml")


def nested(root: Path) -> None:
    (root / "a.yaml").unlink()
    git(root, "init", "--quiet", "a.yaml")
    write(root / "a.yaml", "x.yaml", "x: 1\n")
    commit(root / "a.yaml")


def huge(root: Path) -> None:
    with (root / "a.yaml").open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)


def test_names_of_objects_may_be_longer(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "--initial-branch=main")
    write(tmp_path, "shop/a.yaml", "a: 1\n")
    write(tmp_path, "shop/b.yaml", "b: 1\n")
    commit(tmp_path)
    image = image_of(tmp_path)
    write(tmp_path, "shop/a.yaml", "a: 2\n")
    assert len(commit(tmp_path)) == 64
    assert same(tmp_path, image)


def test_a_mode_that_changed_is_no_matter(repository: Path) -> None:
    image = image_of(repository)
    (repository / "a.yaml").chmod(0o755)
    commit(repository)
    assert same(repository, image)


def test_where_something_could_not_be_read_all_is_read_again(repository: Path) -> None:
    (repository / "link.yaml").symlink_to("a.yaml")
    commit(repository)
    image = image_of(repository)
    write(repository, "a.yaml", "a: 2\n")
    commit(repository)
    assert not same(repository, image)
    assert [one.path for one in Revision(repository, "HEAD").read(image).problems] == ["link.yaml"]


def edit(root: Path, chance: random.Random) -> None:
    """Edit, add, delete, rename or link something."""
    paths = sorted(
        path for path in root.rglob("*") if ".git" not in path.parts and not path.is_dir()
    )
    names = [*TREE, "shop/new.yaml", "new.yaml", "keys/new.json", "lint/deeper.toml"]
    texts = [*TREE.values(), "kind: Waiver\n", "# federation: keys/new.json\n", "# long\n" * 9999]
    path = chance.choice(paths)
    way = chance.randrange(10)
    if way == 0 and len(paths) > 1:
        path.unlink()
    elif way == 1:
        target = root / chance.choice(names)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    elif way == 2:
        path.unlink()
        path.symlink_to("a.yaml")
    elif way == 3:
        write(root, chance.choice(names), chance.choice(texts))
    elif not path.is_symlink():
        name = path.relative_to(root).as_posix()
        write(root, name, chance.choice([path.read_text() + "# x\n", chance.choice(texts)]))


@pytest.mark.parametrize("seed", range(6))
def test_a_history_is_read_the_same_from_any_of_its_commits(repository: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a repeatable order, no secret
    commits = [git(repository, "rev-parse", "HEAD")]
    begun = 0
    for _ in range(12):
        for _ in range(chance.choice([1, 1, 1, 3])):
            edit(repository, chance)
        commits.append(commit(repository))
        image = image_of(repository, chance.choice(commits))
        begun += same(repository, image, chance.choice(commits))
    assert begun, "some of them change contents alone"


def test_a_revision_and_its_folder_hold_the_same(repository: Path) -> None:
    image = image_of(repository)
    write(repository, "a.yaml", "a: 2\n")
    folder = Folder(repository).read(image)  # A list of a revision is one of files.
    commit(repository)
    assert folder == Revision(repository, "HEAD").read(image)
    assert not Revision(repository, "HEAD").read(folder.files.image()).files.begun()


def test_an_older_tree_that_is_gone_is_no_matter(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    write(repository, "a.yaml", "a: 2\n")
    commit(repository)
    image = image_of(repository)
    git(repository, "reset", "--quiet", "--hard", first)
    write(repository, "a.yaml", "a: 3\n")
    commit(repository)
    assert same(repository, image)
    git(repository, "reflog", "expire", "--expire=now", "--all")
    git(repository, "gc", "--quiet", "--prune=now")
    assert not same(repository, image)


def test_a_subfolder_names_the_same_commit(repository: Path) -> None:
    git(repository, "config", "diff.relative", "true")
    git(repository, "config", "diff.renames", "copies")
    image = image_of(repository)
    write(repository, "a.yaml", "a: 2\n")
    commit(repository)
    assert same(repository / "shop", image)


def blob(root: Path, path: str) -> Path:
    """Give where the content of a path stands."""
    name = git(root, "rev-parse", f"HEAD:{path}")
    found = root / ".git/objects" / name[:2] / name[2:]
    found.chmod(0o600)
    return found


@pytest.mark.parametrize("damage", ["gone", "empty", "another"])
def test_what_git_lost_is_said(repository: Path, damage: str) -> None:
    image = image_of(repository)
    write(repository, "shop/b.yml", "b: 2\n")
    commit(repository)
    found, other = blob(repository, "a.yaml"), blob(repository, "shop/c.yaml").read_bytes()
    if damage == "gone":
        found.unlink()
    else:
        found.write_bytes(other if damage == "another" else b"")
    revision = Revision(repository, "HEAD")
    files = revision.read(image).files
    assert (files.get("shop/b.yml"), files.get("shop/c.yaml")) == (b"b: 2\n", b"# meshc: c\n")
    source.hold(files, revision.commit)
    assert files.get("a.yaml") == b""
    assert files.get("CODEOWNERS") == b"* @a\n"
    with pytest.raises(exits.Failure, match=r"`a\.yaml` cannot be read from commit") as failure:
        source.hold(files, revision.commit)
    assert failure.value.code == exits.UNREADABLE
    if damage != "another":
        with pytest.raises(Unreadable, match="git"):
            revision.read()


@pytest.mark.parametrize("name", ["x\ny.yaml", "x\u202ey.yaml", "x\xa0y.yaml"])
def test_a_name_that_cannot_be_printed_is_a_problem_everywhere(repository: Path, name: str) -> None:
    write(repository, name, "x: 1\n")
    commit(repository)
    listing = Revision(repository, "HEAD").read()
    assert [(one.path, one.reason) for one in listing.problems] == [
        (ascii(name), "its name is not printable UTF-8")
    ]
    assert Folder(repository).read() == listing


def test_names_of_every_script_can_be_printed(repository: Path) -> None:
    for name in (
        "\"quoted\" 'it' \\.yaml",
        "caf\xe9.yaml",
        "cafe\u0301.yaml",
        "\u5e97 \u2615.yaml",
    ):
        write(repository, name, "x: 1\n")
    commit(repository)
    listing = Revision(repository, "HEAD").read()
    assert not listing.problems
    assert Folder(repository).read() == listing


@pytest.mark.parametrize("name", ["HEAD\nHEAD", "", "main:a.yaml", "HEAD^{tree}", "\udcff"])
def test_no_name_but_of_a_commit_is_one(repository: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        Revision(repository, name)


@pytest.mark.parametrize("name", ["main", "HEAD~0", "HEAD^{commit}", "HEAD^{/one}", "v1", "@"])
def test_a_commit_has_the_names_that_git_gives_it(repository: Path, name: str) -> None:
    git(repository, "tag", "-a", "v1", "-m", "tagged")
    assert Revision(repository, name).commit == git(repository, "rev-parse", "HEAD")


def test_without_git_it_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(Unreadable, match="`git` is not installed"):
        Revision(repository, "HEAD")


def test_a_hook_reads_the_repository_that_is_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    assert [path for path, _ in Revision(repository, "HEAD").read().files][:1] == ["CODEOWNERS"]
