"""Follows a branch by bare fetch and reads its commits; nothing is ever checked out or run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 120.0
"""How long one git command may take."""
OUTPUT_BYTES = 64 * 1024 * 1024
"""How much one git command may say."""
PIECE_BYTES = 64 * 1024
PROTOCOLS = "file:http:https:ssh"
"""Ways to a repository; `ext` would run programs that its address names."""
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class Unfetchable(Exception):
    """The repository or branch cannot be had; says why, and trying again may help."""


class Overran(Unfetchable):
    """A git command that took too long or said too much: it answered nothing, not even no."""


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
        """Tell whether `head` has `base` among its ancestors, or is it; raises `Overran`."""
        try:
            await self.git("merge-base", "--is-ancestor", base, head)
        except Overran:
            raise
        except Unfetchable:
            return False
        return True

    async def commits(self, base: str | None, head: str) -> list[str]:
        """Give every commit that `head` has and `base` has not, oldest first."""
        span = [head] if base is None else [head, f"^{base}"]
        said = await self.git("rev-list", "--topo-order", "--reverse", *span)
        return said.decode().split()

    async def file(self, commit: str, path: str) -> bytes | None:
        """Give a file of a commit; nothing if it has none of that name; raises `Overran`."""
        try:
            return await self.git("cat-file", "blob", f"{commit}:{path}")
        except Overran:
            raise
        except Unfetchable:
            return None

    async def git(self, *words: str, inside: bool = True) -> bytes:
        """Run git on the copy with nothing of the user's settings; raises `Unfetchable`."""
        place = ("--git-dir", str(self.folder)) if inside else ()
        process = await asyncio.create_subprocess_exec(
            *("git", "--no-replace-objects", "-c", "core.hooksPath=/dev/null"),
            *("-c", "gc.auto=0"),
            *place,
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # so that what git starts ends with it
        )
        try:
            async with asyncio.timeout(SECONDS):
                said, complaint = await hear(process)
                await process.wait()
        except TimeoutError:
            raise Overran(f"git {words[0]} took more than {SECONDS:.0f} s") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            raise Unfetchable(f"git {words[0]}: {claim(complaint)}")
        return said


async def hear(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """Read all that a program says and complains; raises `Overran` for more than is bearable."""

    async def drain(stream: asyncio.StreamReader | None) -> bytes:
        said = bytearray()
        while stream is not None and (piece := await stream.read(PIECE_BYTES)):
            said += piece
            if len(said) > OUTPUT_BYTES:
                raise Overran(f"git said more than {OUTPUT_BYTES} bytes")
        return bytes(said)

    said, complaint = await asyncio.gather(drain(process.stdout), drain(process.stderr))
    return said, complaint


def claim(complaint: bytes) -> str:
    """Give the one line of a complaint of git that says what is wrong, no credentials in it."""
    lines = CREDENTIALS.sub("", complaint.decode(errors="replace")).strip().splitlines() or [
        "it failed"
    ]
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
        "GIT_ALLOW_PROTOCOL": PROTOCOLS,
        "LC_ALL": "C",
    }
