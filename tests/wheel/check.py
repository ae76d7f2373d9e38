"""Holds a built wheel against what a user needs: both packages, the extension, the program.

Usage: check.py WHEEL BIN, where BIN is the `bin` folder it was installed into.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

ALLOWED = ("meshc/", "meshd/", "meshc-0.1.0.dist-info/", "meshc-0.1.0.data/scripts/meshc-proxy")


def main() -> int:
    """Print what is wrong; exit code 0 when nothing is."""
    wheel, binaries = Path(sys.argv[1]), Path(sys.argv[2])
    names = zipfile.ZipFile(wheel).namelist()
    problems = [
        f"stray file in the wheel: {name}" for name in names if not name.startswith(ALLOWED)
    ]
    wanted = (
        "meshc/_native.abi3.so",
        "meshc/_native.pyi",
        "meshc/schema/generated.json",
        "meshd/__main__.py",
    )
    problems += [f"not in the wheel: {name}" for name in wanted if name not in names]
    if "-cp311-abi3-" not in wheel.name:
        problems.append(f"not one wheel for every Python from 3.11 on: {wheel.name}")
    for words in (
        ["meshc", "--version"],
        ["meshc-proxy", "--version"],
        ["python", "-c", "import meshd, meshc._native"],
    ):
        done = subprocess.run(
            [binaries / words[0], *words[1:]], check=False, capture_output=True, text=True
        )
        if done.returncode:
            problems.append(f"{' '.join(words)} failed: {done.stderr.strip()}")
    size = wheel.stat().st_size / 1e6
    print(
        "\n".join(problems) or f"{wheel.name}: {len(names)} files, {size:.1f} MB, installs and runs"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
