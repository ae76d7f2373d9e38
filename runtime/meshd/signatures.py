"""Verifies the SSH signature of every new commit against signers that the trusted base names."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from meshd.follow import Overran, Unfetchable

if TYPE_CHECKING:
    from meshd.follow import Mirror


SIGNATURE = b"gpgsig -----BEGIN SSH SIGNATURE-----"
"""How a commit's SSH signature begins."""


class Unsigned(Exception):
    """A commit that no allowed signer has signed, or that cannot be verified at all."""

    def __init__(self, commit: str, reason: str) -> None:
        """Name the commit and what is wrong with it."""
        super().__init__(reason)
        self.commit = commit


async def verify(mirror: Mirror, commits: list[str], signers: bytes | None, head: str) -> None:
    """Verify every commit; raises `Unsigned` for the first that is not sound.

    Raises `Unfetchable` when nothing can be verified now, and the commits are as good as before.
    `signers` is an OpenSSH allowed-signers file from the trusted base, never from a new commit.
    """
    if not signers or not any(
        line.strip() and not line.strip().startswith(b"#") for line in signers.splitlines()
    ):
        raise Unsigned(
            head,
            "signatures are verified, but the trusted base names no allowed signer; put a file of "
            "allowed signers there, or start once with --allowed-signers-file",
        )
    if shutil.which("ssh-keygen") is None:
        raise Unfetchable("the program `ssh-keygen` is not installed; no commit can be verified")
    with tempfile.TemporaryDirectory(prefix="meshd-") as folder:
        file = Path(folder) / "allowed_signers"
        file.write_bytes(signers)
        for commit in commits:
            await verify_one(mirror, commit, file)


async def verify_one(mirror: Mirror, commit: str, signers: Path) -> None:
    """Verify one commit by git and ssh-keygen; raises `Unsigned`."""
    content = await mirror.git("cat-file", "commit", commit)
    head, _, _ = content.partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if line.startswith(b"gpgsig")]
    if not lines:
        raise Unsigned(commit, f"commit {commit[:12]} carries no signature")
    # A second one could be of another sort, which git would hold against the operator's own keys.
    if len(lines) > 1:
        raise Unsigned(commit, f"commit {commit[:12]} carries more than one signature")
    if lines[0] != SIGNATURE:
        raise Unsigned(commit, f"commit {commit[:12]} carries a signature that is not SSH's")
    try:
        await mirror.git(
            "-c",
            "gpg.format=ssh",
            "-c",
            f"gpg.ssh.allowedSignersFile={signers}",
            "-c",
            "gpg.program=false",
            "verify-commit",
            commit,
        )
    except Overran:
        raise
    except Unfetchable:
        raise Unsigned(
            commit, f"commit {commit[:12]} is signed by a key that the trusted base does not allow"
        ) from None
