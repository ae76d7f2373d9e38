import os
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from committing import git
from meshc.repo import Folder, Revision, Unreadable, wanted


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return root


TREE = {
    "mesh.yaml": "m",
    "shop/cart.yaml": "c",
    "shop/web.yml": "w",
    "shop/notes.txt": "no",
    "trust/partner.pem": "no",
    ".hidden/key.pem": "no",
    ".git/config.yaml": "no",
    ".hidden/x.yaml": "no",
    ".meshc/y.yaml": "yes",
    "shop/.z.yaml": "no",
    "meshc.toml": "",
    "shop/meshc.toml": "no",
    "CODEOWNERS": "yes",
    ".github/CODEOWNERS": "yes",
    ".github/x.yaml": "no",
    ".gitlab/CODEOWNERS": "yes",
    "docs/CODEOWNERS": "yes",
    "shop/CODEOWNERS": "no",
    ".github/shop/CODEOWNERS": "no",
}
OWNERS = [".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]
INTENTS = [".meshc/y.yaml", "mesh.yaml", "meshc.toml", "shop/cart.yaml", "shop/web.yml"]
READ = sorted(INTENTS + OWNERS)


def test_files_come_sorted_and_hidden_ones_do_not_come(tmp_path: Path) -> None:
    files = Folder(write(tmp_path, TREE)).files()
    assert [path for path, _ in files] == READ
    assert dict(files)["shop/cart.yaml"] == b"c"


@pytest.mark.parametrize("path", TREE)
def test_one_predicate_says_what_is_read(path: str) -> None:
    assert wanted(path) == (path in READ)


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such file"):
        Folder(tmp_path / "absent").read()


def test_certificates_are_read_where_a_federation_names_them(tmp_path: Path) -> None:
    write(tmp_path, {"mesh.yaml": "federation: [trust/real.pem]", "trust/real.pem": "r"})
    (tmp_path / "trust/link.pem").symlink_to("real.pem")
    (tmp_path / "trust/large.pem").write_bytes(b" " * (16 * 1024 * 1024 + 1))
    os.mkfifo(tmp_path / "trust/pipe.pem")
    assert [path for path, _ in Folder(tmp_path).files()] == ["mesh.yaml", "trust/real.pem"]
    (tmp_path / "mesh.yaml").write_text("federation: [trust/link.pem]")
    with pytest.raises(Unreadable, match="symbolic link"):
        Folder(tmp_path).files()


def test_owners_behind_a_link_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"mesh.yaml": "m", "real/CODEOWNERS": "* @a"})
    (tmp_path / ".github").symlink_to("real")
    (tmp_path / ".gitlab").mkdir()
    (tmp_path / ".gitlab/CODEOWNERS").symlink_to("../real/CODEOWNERS")
    read = Folder(tmp_path).read()
    assert [path for path, _ in read.files] == ["mesh.yaml"]
    assert [one.path for one in read.problems] == [".github/CODEOWNERS", ".gitlab/CODEOWNERS"]
    (tmp_path / ".gitlab/CODEOWNERS").unlink()
    (tmp_path / ".gitlab/CODEOWNERS").mkdir()
    assert [one.path for one in Folder(tmp_path).read().problems] == [".github/CODEOWNERS"]


def test_a_loop_of_links_is_reported_and_ends(tmp_path: Path) -> None:
    write(tmp_path, {"a/b.yaml": "b"})
    (tmp_path / "a/loop").symlink_to("..")
    (tmp_path / "a/self").symlink_to("self")
    (tmp_path / "a/link.yaml").symlink_to("b.yaml")
    (tmp_path / "a/readme").symlink_to("b.yaml")
    listing = Folder(tmp_path).read()
    assert [path for path, _ in listing.files] == ["a/b.yaml"]
    assert [one.path for one in listing.problems] == ["a/link.yaml", "a/loop", "a/self"]
    with pytest.raises(Unreadable, match="symbolic link"):
        listing.complete()


def test_what_is_no_regular_file_is_never_opened_for_long(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    [problem] = Folder(tmp_path).read().problems
    assert problem.reason == "it is not a regular file"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(1 << 30)
    [problem] = Folder(tmp_path).read().problems
    assert "1073741824 bytes" in problem.reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "a", "b.yaml": "b"})
    (tmp_path / "a.yaml").chmod(0)
    listing = Folder(tmp_path).read()
    assert [path for path, _ in listing.files] == ["b.yaml"]
    assert [str(one) for one in listing.problems] == ["cannot read `a.yaml`: permission denied"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write(tmp_path, {path: text for path, text in TREE.items() if not path.startswith(".git/")})
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def test_a_revision_gives_what_the_folder_gave(repository: Path) -> None:
    before = Folder(repository).files()
    (repository / "shop/cart.yaml").write_text("changed")
    revision = Revision(repository, "HEAD")
    assert revision.files() == before
    assert revision.commit == git(repository, "rev-parse", "HEAD")


def test_links_in_a_revision_are_not_followed_either(repository: Path) -> None:
    (repository / "shop/link.yaml").symlink_to("cart.yaml")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "-m", "link")
    [problem] = Revision(repository, "HEAD").read().problems
    assert problem.path == "shop/link.yaml"
    assert Folder(repository).read() == Revision(repository, "main").read()


@pytest.mark.parametrize("revision", ["nowhere", "--exec=touch", "HEAD~7"])
def test_a_revision_that_does_not_exist_is_said(repository: Path, revision: str) -> None:
    with pytest.raises(Unreadable):
        Revision(repository, revision)


def test_a_folder_outside_git_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="not a git repository"):
        Revision(tmp_path, "HEAD^{commit}")


ISSUER = "kind: TokenIssuer\nspec: {keys: {file: keys/corp.json}}\n"
KEYS = {
    "corp.yaml": ISSUER,
    "shop/other.yaml": "# keys/other.json",
    "keys/corp.json": "{}",
    "keys/other.json": "no",
    "package.json": "no",
    ".hidden/keys/corp.json": "no",
}


def test_json_comes_only_where_an_issuer_names_it(tmp_path: Path) -> None:
    write(tmp_path, KEYS)
    (tmp_path / "linked.json").symlink_to("keys/corp.json")
    listing = Folder(tmp_path).read()
    assert [path for path, _ in listing.files] == ["corp.yaml", "keys/corp.json", "shop/other.yaml"]
    assert not listing.problems
    (tmp_path / "corp.yaml").write_text(ISSUER.replace("keys/corp", "linked"))
    assert [one.path for one in Folder(tmp_path).read().problems] == ["linked.json"]


def test_a_revision_gives_the_same_json(tmp_path: Path) -> None:
    write(tmp_path, KEYS)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.test"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x", "--no-gpg-sign"]):
        subprocess.run([*git, *words], check=True)
    assert Revision(tmp_path, "HEAD").read() == Folder(tmp_path).read()


SETTINGS = {
    "meshc.toml": 'extend = "lint/base.toml"\nbaseline = ".meshc/baseline.json"\n',
    "lint/base.toml": 'extend = "lint/deeper.toml"\n',
    "lint/deeper.toml": "",
    "lint/other.toml": "no",
    "pyproject.toml": "",
    "deep/pyproject.toml": "no",
    ".meshc/baseline.json": "{}",
    ".meshc/other.json": "no",
    "mesh.yaml": "m",
}


def test_settings_bring_what_they_extend_and_their_baseline(tmp_path: Path) -> None:
    write(tmp_path, SETTINGS)
    files = Folder(tmp_path).files()
    assert [path for path, _ in files] == sorted(
        path for path in SETTINGS if SETTINGS[path] != "no"
    )
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    assert Revision(tmp_path, "HEAD").files() == files


def test_many_files_of_every_size_are_read_whole(tmp_path: Path) -> None:
    """Files share blocks of a mebibyte: none may lose its end, or take that of another."""
    chance = random.Random(3)  # noqa: S311  a repeatable order, no secret
    sizes = [chance.randrange(60_000) for _ in range(150)]
    sizes += [0, 1, 1 << 20, (1 << 20) - 1, (1 << 20) + 1, 3_000_000]
    chance.shuffle(sizes)
    wanted = {f"{at % 7}/{at}.yaml": chance.randbytes(size) for at, size in enumerate(sizes)}
    assert dict(Folder(write(tmp_path, wanted)).files()) == wanted
    single = {"a.yaml": chance.randbytes(100_000)}
    assert dict(Folder(write(tmp_path / "one", single)).files()) == single
