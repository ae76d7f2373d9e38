"""Git, as tests call it: with a name of its own and nothing signed."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = ("user.name=t", "user.email=t@example.test", "commit.gpgsign=false")


def git(root: Path, *words: str) -> str:
    """Run Git in a repository; gives what it says."""
    identity = [word for setting in IDENTITY for word in ("-c", setting)]
    command = ["git", "-C", str(root), *identity, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path) -> str:
    """Commit all there is, be it what was there before; gives the commit's name."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "one")
    return git(root, "rev-parse", "HEAD")
