"""What each check written in Python takes on the corpus, slowest first, beside its budget.

    python bench/checks.py                  10,000 services, with the extension of `make release`
    python bench/checks.py 1000 --runs 3

A check's time is the smallest of all runs on one mesh, so that columns which it is the first to ask
for are built by then; `columns` is what the first run took more. The budgets are those of
`meshc.rules.rule`; nothing fails here, because a time depends on the machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Final

import compile as built
import corpus

BUDGETS: Final = {"row": 1.0, "edge": 2.0, "mesh": 5.0}
"""Milliseconds on 10,000 services and 57,000 calls."""


def times(services: int, runs: int) -> list[tuple[str, str, float, float]]:
    """Give code, what it sees, milliseconds, and those of the first run, slowest first.

    The test runner prints the slowest of a smaller corpus (`tests/rules/test_cost.py`).
    """
    from meshc import mesh as meshes
    from meshc.repo import Folder
    from meshc.rules import RULES

    with tempfile.TemporaryDirectory(prefix="meshc-bench-") as folder:
        corpus.write(Path(folder) / "corpus", services)
        files = Folder(Path(folder) / "corpus").files()
    mesh = meshes.link(files, [])
    found = []
    for code, rule in RULES.items():
        if rule.found_by != "rule":
            continue
        module = import_module(rule.module)
        taken = []
        for _ in range(runs):
            began = time.perf_counter()
            for _ in module.check(mesh):
                pass
            taken.append((time.perf_counter() - began) * 1000)
        found.append((code, module.SEES, min(taken), taken[0]))
    return sorted(found, key=lambda one: -one[2])


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("services", nargs="?", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="meshc-bench-") as folder:
        sys.path.insert(0, built.optimised(Path(folder))["PYTHONPATH"].split(":")[0])
        measured = times(args.services, args.runs)
    print("| rule | sees | ms | budget | columns |")
    print("|---|---|---|---|---|")
    for code, sees, taken, first in measured:
        over = " **over**" if taken > BUDGETS[sees] else ""
        print(
            f"| {code} | {sees} | {taken:.2f}{over} | {BUDGETS[sees]:.0f} | {first - taken:.2f} |"
        )
    print(f"\n{len(measured)} checks, {sum(one[2] for one in measured):.1f} ms in all")


if __name__ == "__main__":
    main()
