"""A fresh Git repository with signed commits, as a team would have it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

AUTHOR = "demo@boutique.test"
SIGNERS = ".meshc/allowed_signers"
"""Where the repository names those whose signatures count."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree on branch `main` and the key that signs its commits."""

    path: Path
    key: Path

    def git(self, *words: str) -> str:
        """Run git there; raises `subprocess.CalledProcessError` with its words."""
        environment = {
            "HOME": str(self.path),
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            ["git", "-C", str(self.path), *words],  # noqa: S607 - git comes from PATH
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        return done.stdout.strip()

    def commit(self, message: str, *, signed: bool) -> str:
        """Commit everything and give the commit's name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message, "-S" if signed else "--no-gpg-sign")
        return self.git("rev-parse", "HEAD")

    def undo(self, revision: str) -> None:
        """Put branch and files back to a revision."""
        self.git("reset", "--quiet", "--hard", revision)

    def replace(self, file: str, old: str, new: str) -> None:
        """Edit one file; raises `ValueError` when the text is not there."""
        place = self.path / file
        text = place.read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{file} does not say `{old}`")
        place.write_text(text.replace(old, new), encoding="utf-8")


def create(path: Path, example: Path, key: Path) -> Repository:
    """Make the repository from an example, with a fresh key and a first signed commit."""
    shutil.copytree(example, path)
    subprocess.run(  # noqa: S603 - our own words, no shell
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", AUTHOR, "-f", str(key)],  # noqa: S607
        check=True,
    )
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    signers = path / SIGNERS
    signers.parent.mkdir()
    signers.write_text(f'{AUTHOR} namespaces="git" {public}', encoding="utf-8")
    repository = Repository(path, key)
    repository.git("init", "--quiet", "--initial-branch", "main")
    settings = {
        "user.name": "meshc demo",
        "user.email": AUTHOR,
        "gpg.format": "ssh",
        "user.signingkey": str(key),
    }
    for name, value in settings.items():
        repository.git("config", name, value)
    repository.commit("The boutique", signed=True)
    return repository
