"""`meshc lint` and `meshc compile` on generated repositories of 100, 1,000 and 10,000 services.

    python bench/compile.py                 the three sizes, 7 runs each
    python bench/compile.py 1000 --runs 3

The extension is the optimised one of `make release`, as a wheel brings it; an editable install's is
built for quick changes.

Emission alone, with hashing and without, on one thread and on two, is measured by
`cargo run --release -p meshc-emit --example emitting -- FOLDER`.

Whole processes from outside: CPU is user plus system time of the process and its threads, memory
the peak resident set. The smallest CPU of all runs is the figure to compare; wall time depends on
what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

SIZES = (100, 1000, 10_000)
ROOT = Path(__file__).resolve().parents[1]
EXTENSION = "release/lib_native.so"
"""Where cargo leaves it, under its target folder."""


def optimised(folder: Path) -> dict[str, str]:
    """Lay our packages out beside the optimised extension; gives the environment for it."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = target / EXTENSION
    if not built.exists():
        sys.exit(f"{built} is not there: run `make release`")
    package = folder / "meshc"
    package.mkdir()
    for entry in (ROOT / "compiler/meshc").iterdir():
        if not entry.name.startswith("_native."):
            (package / entry.name).symlink_to(entry)
    (package / "_native.abi3.so").symlink_to(built.resolve())
    return {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'runtime'}"}


def once(words: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Run a command; give CPU seconds, wall seconds and peak memory in MB."""
    began = time.monotonic()
    process = subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"`{' '.join(words)}` failed: {said.decode(errors='replace')[-800:]}")
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {args.runs} runs\n")
    print("| services | MB | command | CPU s min / median | wall s min / median | peak MB |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="meshc-bench-") as folder:
        rows(Path(folder), args)


def rows(folder: Path, args: argparse.Namespace) -> None:
    """Print a row for each size and command."""
    environment = optimised(folder)
    runs = [once([sys.executable, "-m", "meshc", "--help"], environment) for _ in range(args.runs)]
    cpu, wall, memory = zip(*runs, strict=True)
    times = " | ".join(f"{min(t):.2f} / {statistics.median(t):.2f}" for t in (cpu, wall))
    print(f"| - | - | --help | {times} | {max(memory):.0f} |", flush=True)
    for size in args.sizes:
        root = folder / str(size)
        megabytes = corpus.write(root, size) / 1e6
        for verb in ("lint", "compile"):
            words = [sys.executable, "-m", "meshc", verb, str(root)]
            if verb == "compile":
                words += ["--out", str(folder / "out")]
            runs = [once(words, environment) for _ in range(args.runs)]
            cpu, wall, memory = zip(*runs, strict=True)
            times = " | ".join(f"{min(t):.2f} / {statistics.median(t):.2f}" for t in (cpu, wall))
            row = f"| {size:,} | {megabytes:.1f} | {verb} | {times} | {max(memory):.0f} |"
            print(row, flush=True)


if __name__ == "__main__":
    main()
