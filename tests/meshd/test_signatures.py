"""Signatures of commits: real git, real keys, every way to get past them that we know."""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from meshd import follow, signatures
from meshd.follow import Mirror, Overran, Unfetchable

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


@dataclass(frozen=True)
class Repository:
    """A repository whose commits are signed by the key named."""

    folder: Path

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder / "repo",
            check=True,
            capture_output=True,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
            },
        )
        return done.stdout.strip()

    def key(self, name: str) -> str:
        """Make a key and give its line of an allowed-signers file."""
        path = self.folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
        return f"{name}@shop.test " + path.with_suffix(".pub").read_text()

    def commit(self, key: str | None, *words: str) -> str:
        """Commit, or merge, signed by a key; gives the commit's name."""
        signing = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.folder}/{key}"]
        signing += ["-c", f"commit.gpgsign={'true' if key else 'false'}"]
        identity = ["-c", "user.name=t", "-c", "user.email=ann@shop.test"]
        self.git(*identity, *signing, *(words or ("commit", "-q", "--allow-empty", "-m", "x")))
        return self.git("rev-parse", "HEAD")

    def check(self, base: str | None, signers: bytes | None) -> str:
        """Fetch and verify what is new; gives what is said, nothing if all is sound."""

        async def look() -> str:
            mirror = Mirror(self.folder / "copy.git", str(self.folder / "repo"), "main")
            await mirror.prepare()
            head = await mirror.fetch()
            if base is not None and not await mirror.descends(head, base):
                return "does not descend"
            try:
                new = await mirror.commits(base, head)
                await signatures.verify(mirror, new, signers, head)
            except signatures.Unsigned as error:
                return str(error)
            return ""

        return asyncio.run(look())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    (tmp_path / "repo").mkdir()
    made.git("init", "-q", "-b", "main")
    return made


def test_signed_by_an_allowed_key_is_sound(repository: Repository) -> None:
    signers = repository.key("ann").encode()
    repository.commit("ann")
    repository.commit("ann")
    assert repository.check(None, signers) == ""


def test_unsigned_is_refused_also_below_a_signed_head(repository: Repository) -> None:
    signers = repository.key("ann").encode()
    base = repository.commit("ann")
    bad = repository.commit(None)
    repository.commit("ann")
    assert repository.check(base, signers) == f"commit {bad[:12]} carries no signature"


def test_another_key_is_refused(repository: Repository) -> None:
    signers = repository.key("ann").encode()
    repository.key("eve")
    base = repository.commit("ann")
    repository.commit("eve")
    assert "signed by a key that the trusted base does not allow" in repository.check(base, signers)


def test_a_commit_cannot_let_in_its_own_key(repository: Repository) -> None:
    signers = repository.key("ann")
    folder = repository.folder / "repo/.meshc"
    folder.mkdir()
    (folder / "allowed_signers").write_text(signers)
    repository.git("add", "-A")
    base = repository.commit("ann")
    (folder / "allowed_signers").write_text(signers + repository.key("eve"))
    repository.git("add", "-A")
    repository.commit("eve")
    assert "no allowed signer" in repository.check(base, None)  # brings the copy up to date
    mirror = Mirror(repository.folder / "copy.git", str(repository.folder / "repo"), "main")
    trusted = asyncio.run(mirror.file(base, ".meshc/allowed_signers"))
    assert trusted == signers.encode()
    assert "does not allow" in repository.check(base, trusted)


def test_a_merge_brings_its_unsigned_parent_to_light(repository: Repository) -> None:
    signers = repository.key("ann").encode()
    base = repository.commit("ann")
    repository.git("checkout", "-q", "-b", "side")
    bad = repository.commit(None)
    repository.git("checkout", "-q", "main")
    repository.commit("ann")
    repository.commit("ann", "merge", "-q", "--no-ff", "-m", "merge", "side")
    assert bad[:12] in repository.check(base, signers)


def test_a_branch_moved_back_or_replaced_does_not_descend(repository: Repository) -> None:
    signers = repository.key("ann").encode()
    first = repository.commit("ann")
    second = repository.commit("ann")
    assert repository.check(first, signers) == ""
    repository.git("reset", "-q", "--hard", first)
    assert repository.check(second, signers) == "does not descend"
    repository.git("checkout", "-q", "--orphan", "new")
    repository.commit("ann")
    repository.git("branch", "-q", "-M", "new", "main")
    assert repository.check(second, signers) == "does not descend"


@pytest.mark.parametrize("signers", [None, b"", b"# nobody\n\n"])
def test_without_signers_nothing_is_let_in(repository: Repository, signers: bytes | None) -> None:
    repository.key("ann")
    repository.commit("ann")
    assert "names no allowed signer" in repository.check(None, signers)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("gpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n x\n", "carries more than one signature"),
        ("gpgsig -----BEGIN PGP SIGNATURE-----\n x\n", "carries more than one signature"),
    ],
)
def test_a_second_signature_is_refused(repository: Repository, header: str, said: str) -> None:
    signers = repository.key("ann").encode()
    repository.commit("ann")
    written = repository.git("cat-file", "commit", "HEAD") + "\n"
    forged = repository.folder / "commit"
    forged.write_text(written.replace("gpgsig ", header + "gpgsig ", 1))
    name = repository.git("hash-object", "-t", "commit", "-w", "--literally", str(forged))
    repository.git("update-ref", "refs/heads/main", name)
    assert repository.check(None, signers) == f"commit {name[:12]} {said}"


def test_a_changed_commit_keeps_no_signature(repository: Repository) -> None:
    signers = repository.key("ann").encode()
    repository.commit("ann")
    forged = repository.folder / "commit"
    written = repository.git("cat-file", "commit", "HEAD")
    forged.write_text(written.removesuffix("x") + "y\n")
    name = repository.git("hash-object", "-t", "commit", "-w", str(forged))
    repository.git("update-ref", "refs/heads/main", name)
    assert "does not allow" in repository.check(None, signers)


def test_git_that_answers_nothing_is_no_verdict(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    signers = repository.key("ann").encode()
    base = repository.commit("ann")
    assert repository.check(None, signers) == ""
    mirror = Mirror(repository.folder / "copy.git", str(repository.folder / "repo"), "main")
    monkeypatch.setattr(follow, "OUTPUT_BYTES", 10)
    with pytest.raises(Overran, match="more than 10 bytes"):
        asyncio.run(mirror.commits(None, base))
    monkeypatch.setattr(follow, "SECONDS", 0.0)
    with pytest.raises(Overran, match="took more than"):
        asyncio.run(mirror.descends(base, base))
    with pytest.raises(Overran, match="took more than"):
        asyncio.run(mirror.file(base, ".meshc/allowed_signers"))


def test_without_ssh_keygen_a_commit_waits(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    signers = repository.key("ann").encode()
    repository.commit("ann")
    monkeypatch.setattr(signatures.shutil, "which", lambda _: None)
    with pytest.raises(Unfetchable, match="ssh-keygen"):
        repository.check(None, signers)


def test_an_address_that_runs_a_program_is_refused(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "copy.git", f"ext::touch {tmp_path}/ran", "main")

    async def look() -> None:
        await mirror.prepare()
        await mirror.fetch()

    with pytest.raises(Unfetchable, match="'ext' not allowed"):
        asyncio.run(look())
    assert not (tmp_path / "ran").exists()


def test_credentials_of_an_address_are_never_said() -> None:
    said = follow.claim(b"fatal: unable to access 'https://ann:canary@git.test/shop': no route\n")
    assert said == "unable to access 'https://git.test/shop': no route"
