"""What the safe wrapper around system calls costs: one turn of the loop in Rust and in C.

    python bench/wrapper.py --rounds 9

A turn is send, epoll wait, receive. Both programs run by turns on CPU 0; the ratio is the median of
the ratios within rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TURNS = 1_000_000


def built(folder: Path) -> dict[str, list[str]]:
    """Compile both programs; gives how to run each."""
    ours = ["cargo", "build", "--locked", "--release", "--quiet", "-p", "meshc-proxy"]
    subprocess.run([*ours, "--example", "turn"], cwd=HERE.parent, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
    peer = folder / "turn"
    subprocess.run(["cc", "-O2", "-o", str(peer), str(HERE / "turn.c")], check=True)
    return {"rustix": [str(target / "release/examples/turn")], "libc": [str(peer)]}


def main() -> None:
    """Measure and print a table."""
    words = argparse.ArgumentParser(description="Cost of the safe wrapper around system calls.")
    words.add_argument("--rounds", type=int, default=7)
    rounds = words.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        programs = built(Path(folder))
        measured: dict[str, list[float]] = {name: [] for name in programs}
        for at in range(rounds):
            order = list(programs) if at % 2 else list(reversed(programs))
            for name in order:
                command = ["taskset", "-c", "0", *programs[name], str(TURNS)]
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                measured[name].append(float(said))
    ratios = [one / other for one, other in zip(*measured.values(), strict=True)]
    for name, values in measured.items():
        print(f"{name:7} {min(values):8.1f} ns a turn (median {statistics.median(values):.1f})")
    print(f"ratio   {statistics.median(ratios):8.3f}")


if __name__ == "__main__":
    main()
