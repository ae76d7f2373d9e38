"""Runs every console block of README and docs, in order, one folder a page.

A line `$ command` is run by bash; what follows must appear in its output, line by line and in
order, where `...` stands for anything. A block opened as ```console no-run``` is only shown; its
page must say elsewhere how it is tested.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
SECONDS = 120


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Give each command of a page with the lines it must print."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> ") and found and not found[-1][1]:
                found[-1] = (found[-1][0] + "\n" + line[2:], [])
            elif found:
                found[-1][1].append(line)
    return found


@pytest.mark.process
@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_console_blocks(page: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CLONE": str(ROOT),
        "HOME": str(tmp_path),
        "NO_COLOR": "1",
    }
    for command, wanted in steps(page.read_text()):
        if command in {"make demo", "make test"}:
            continue  # this test is part of `make test`; the demo has a test of its own
        done = subprocess.run(
            [
                "bash",
                "-c",
                f'cd "$(cat .where 2>/dev/null || pwd)"; {command}\npwd > {tmp_path}/.where',
            ],
            cwd=tmp_path,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        compare(command, done.stdout + done.stderr, wanted)


def compare(command: str, said: str, wanted: list[str]) -> None:
    """Hold output against a page's lines; `...` alone skips any number of lines."""
    lines = [line.rstrip() for line in said.splitlines()]
    at = 0
    for want in (line.rstrip() for line in wanted):
        if want == "...":
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in want.split("...")) + "$")
        found = next((n for n in range(at, len(lines)) if pattern.match(lines[n])), None)
        assert found is not None, f"$ {command}\nwanted: {want}\nsaid:\n{said}"
        at = found + 1
