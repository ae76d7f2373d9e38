"""A controller on a real repository: what process tests start and ask."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 15.0
CLEAN = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Site:
    """A repository, a state folder, an address."""

    folder: Path
    port: int
    more: tuple[str, ...] = ()
    """Further words for the controller."""

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=ann@shop.test", *words],
            cwd=self.folder / "repo",
            check=True,
            capture_output=True,
            text=True,
            env=CLEAN,
        )
        return done.stdout.strip()

    def commit(self, *, signed: bool = True) -> str:
        self.git("add", "-A")
        key = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.folder}/key"]
        words = ["-c", f"commit.gpgsign={str(signed).lower()}", "commit", "-q", "--allow-empty"]
        self.git(*key, *words, "-m", "x")
        return self.git("rev-parse", "HEAD")

    def arguments(self) -> list[str]:
        return [
            *("serve", "--repo", str(self.folder / "repo"), "--state", str(self.state)),
            *("--listen", f"127.0.0.1:{self.port}", "--poll", "0.1"),
            *("--allowed-signers-file", str(self.folder / "signers"), *self.more),
        ]

    @contextmanager
    def running(self, *start: str) -> Iterator[subprocess.Popen[str]]:
        words = [*(start or ("-m", "meshd")), *self.arguments()]
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, *words], env=CLEAN, stderr=log, text=True, cwd=self.folder
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(SECONDS)
            assert "Traceback" not in self.log()

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def ended(self) -> tuple[int, str]:
        """Run a controller that is to end by itself: its exit code and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "meshd", *self.arguments()],
            env=CLEAN,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=self.folder,
        )
        return done.returncode, done.stderr

    def status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.state / "status.json").read_bytes())
        except FileNotFoundError:
            return {}
        return found

    def until(self, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Wait until the status holds, and give it."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            found = self.status()
            if found and holds(found):
                return found
            threading.Event().wait(0.02)
        raise AssertionError(f"{self.status()}\n{self.log()}")
