"""`meshc demo` from the first commit to the last outage, as a newcomer runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 150
"""The demonstration ends by itself in under 60 s; tests beside it slow it down."""


@pytest.mark.process
def test_every_step_holds(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "meshc", "demo", "--folder", str(tmp_path / "demo")],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert "17 declared edges answered, 115 other pairs refused" in done.stdout
    assert "failed in flight 0" in done.stdout
    assert "connections closed by the change: 0" in done.stdout
    assert "requests decided by two snapshots: 0" in done.stdout
    assert done.stdout.rstrip().endswith("every step holds")


@pytest.mark.process
def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "meshc", "demo", "--folder", str(tmp_path)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 2
    assert "exists; name a folder that does not" in done.stderr
