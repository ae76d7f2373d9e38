"""A verb of the command line as a whole process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def meshc(
    *words: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a verb; a traceback is never its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "meshc", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime", **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done
