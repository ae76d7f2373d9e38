"""Follows a branch by bare fetch and reads its commits; nothing is ever checked out or run."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 120.0
"""How long one git command may take."""
OUTPUT_BYTES = 64 * 1024 * 1024
"""How much one git command may say."""


class Unfetchable(Exception):
    """The repository or branch cannot be had; says why, and trying again may help."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A bare copy of one branch."""

    folder: Path
    source: str
    branch: str

    async def prepare(self) -> None:
        """Make the copy if there is none."""
        if not (self.folder / "HEAD").exists():
            await self.git("init", "--quiet", "--bare", str(self.folder), inside=False)

    async def fetch(self) -> str:
        """Bring the copy up to date and give the branch's head; raises `Unfetchable`."""
        wanted = f"+refs/heads/{self.branch}:refs/heads/{self.branch}"
        await self.git(
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
            "--",
            self.source,
            wanted,
        )
        return (await self.git("rev-parse", f"refs/heads/{self.branch}")).decode().strip()

    async def descends(self, head: str, base: str) -> bool:
        """Tell whether `head` has `base` among its ancestors, or is it."""
        try:
            await self.git("merge-base", "--is-ancestor", base, head)
        except Unfetchable:
            return False
        return True

    async def commits(self, base: str | None, head: str) -> list[str]:
        """Give every commit that `head` has and `base` has not, oldest first."""
        span = [head] if base is None else [head, f"^{base}"]
        said = await self.git("rev-list", "--topo-order", "--reverse", *span)
        return said.decode().split()

    async def file(self, commit: str, path: str) -> bytes | None:
        """Give a file of a commit; nothing if it has none of that name."""
        try:
            return await self.git("cat-file", "blob", f"{commit}:{path}")
        except Unfetchable:
            return None

    async def git(self, *words: str, inside: bool = True) -> bytes:
        """Run git on the copy with nothing of the user's settings; raises `Unfetchable`."""
        place = ("--git-dir", str(self.folder)) if inside else ()
        process = await asyncio.create_subprocess_exec(
            *("git", "--no-replace-objects", "-c", "core.hooksPath=/dev/null"),
            *("-c", "protocol.ext.allow=never", "-c", "gc.auto=0"),
            *place,
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
            limit=OUTPUT_BYTES,
        )
        try:
            async with asyncio.timeout(SECONDS):
                said, complaint = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Unfetchable(f"git {words[0]} took more than {SECONDS:.0f} s") from None
        if process.returncode:
            raise Unfetchable(f"git {words[0]}: {claim(complaint)}")
        return said


def claim(complaint: bytes) -> str:
    """Give the one line of a complaint of git that says what is wrong."""
    lines = complaint.decode(errors="replace").strip().splitlines() or ["it failed"]
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return fatal[0] if fatal else lines[-1]


def environment() -> dict[str, str]:
    """Give git what it needs to run and to authenticate, and nothing that changes its meaning."""
    kept = ("HOME", "PATH", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    return {
        **found,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
