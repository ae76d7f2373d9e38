"""Verifies the SSH signature of every new commit against signers that the trusted base names."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from meshd.follow import Unfetchable

if TYPE_CHECKING:
    from meshd.follow import Mirror


class Unsigned(Exception):
    """A commit that no allowed signer has signed, or that cannot be verified at all."""

    def __init__(self, commit: str, reason: str) -> None:
        """Name the commit and what is wrong with it."""
        super().__init__(reason)
        self.commit = commit


async def verify(mirror: Mirror, commits: list[str], signers: bytes | None, head: str) -> None:
    """Verify every commit; raises `Unsigned` for the first that is not sound.

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
    if not lines[0].endswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise Unsigned(commit, f"commit {commit[:12]} carries a signature that is not SSH's")
    try:
        await mirror.git(
            "-c",
            "gpg.format=ssh",
            "-c",
            f"gpg.ssh.allowedSignersFile={signers}",
            "verify-commit",
            commit,
        )
    except Unfetchable:
        raise Unsigned(
            commit, f"commit {commit[:12]} is signed by a key that the trusted base does not allow"
        ) from None
