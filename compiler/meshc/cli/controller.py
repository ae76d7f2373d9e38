"""The controller as a process: how the command line starts, finds and stops `python -m meshd`.

Nothing of meshc imports meshd; a state folder and a process are all they share.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from meshc.cli import exits

PROCESS_FILE: Final = "meshd.pid"
LOG_FILE: Final = "meshd.log"
STATUS_FILE: Final = "status.json"
LOOK: Final = 0.05
"""Seconds between two looks at something that is awaited."""

Status = dict[str, Any]  # the controller's own words, shown and not interpreted


def state_folder(path: str | None) -> Path:
    """Give the state folder: the one named, else the user's own."""
    if path:
        return Path(path)
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
    return Path(base) / "meshc"


def words(*arguments: str) -> list[str]:
    """Give the command line of the controller's program."""
    return [sys.executable, "-m", "meshd", *arguments]


def running(state: Path) -> int | None:
    """Give the process of the controller on a state folder; nothing if none runs."""
    try:
        process = int((state / PROCESS_FILE).read_text(encoding="ascii"))
        said = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        how = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    if said == [b""]:  # it is being started, or has ended and is not yet buried
        return None if how[0] == "Z" else process
    # A number alone may belong to another program by now.
    return process if b"meshd" in said and os.fsencode(state) in said else None


def start(state: Path, arguments: list[str]) -> int:
    """Start a controller that outlives this command; gives its process number."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / LOG_FILE).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own words, no shell
            words("serve", "--state", str(state), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (state / PROCESS_FILE).write_text(f"{process.pid}\n", encoding="ascii")
    return process.pid


def stop(state: Path, seconds: float) -> bool:
    """Ask the controller to end and wait for it; tells whether one was running."""
    process = running(state)
    if process is None:
        return False
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while running(state) is not None:
        if time.monotonic() > deadline:
            raise exits.Failure(
                f"the controller (process {process}) has not ended in {seconds:.0f} s"
            )
        time.sleep(LOOK)
    (state / PROCESS_FILE).unlink(missing_ok=True)
    return True


def status(state: Path) -> Status | None:
    """Read what the controller last wrote about itself; nothing before it did."""
    try:
        content = (state / STATUS_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    found: Status = json.loads(content)
    return found


def last_words(state: Path) -> str:
    """Give the last line of the controller's log that says something."""
    try:
        lines = (state / LOG_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return "it said nothing"
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
