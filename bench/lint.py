"""`meshc lint` on 10,000 generated services: cold, warm, after a change, one file, `--help`; peers.

    python bench/lint.py                    7 runs each, with the extension of `make release`
    python bench/lint.py 1000 --runs 3

Whole processes from outside, as in bench/compile.py: CPU is user plus system time of the process
and its threads, its smallest over all runs is the figure to compare. `cold` keeps nothing;
`first run` writes the cache; `warm` finds all of it there; `changed` has one file edited before
each run, and `back` is that edit undone. `ruff` reads as many Python files of like size without
its cache, and kubeconform the same documents as Kubernetes resources, where they are installed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import compile as built
import corpus

Prepare = Callable[[], None]


def row(name: str, runs: list[tuple[float, float, float]]) -> None:
    """Print a row of the table."""
    cpu, wall, memory = zip(*runs, strict=True)
    times = " | ".join(
        f"{min(taken):.3f} / {statistics.median(taken):.3f}" for taken in (cpu, wall)
    )
    print(f"| {name} | {times} | {max(memory):.0f} |", flush=True)


def measure(
    name: str,
    words: list[str],
    environment: dict[str, str],
    runs: int,
    before: Prepare = lambda: None,
) -> None:
    """Run a command so often, each time after `before`, and print its row."""
    found = []
    for _ in range(runs):
        before()
        found.append(built.once(words, environment))
    row(name, found)


def lints(root: Path, folder: Path, environment: dict[str, str], runs: int) -> None:
    """Measure lints of one repository."""
    cache = folder / "cache"
    lint = [sys.executable, "-m", "meshc", "lint", "--exit-zero", str(root)]
    kept = [*lint, "--cache-dir", str(cache)]
    measure("cold", [*lint, "--no-cache"], environment, runs)
    measure("first run", kept, environment, runs, lambda: shutil.rmtree(cache, ignore_errors=True))
    measure("warm", kept, environment, runs)
    target = next(iter(sorted(root.rglob("svc-*.yaml"))))
    text = target.read_text()
    numbers = itertools.count()
    measure(
        "changed",
        kept,
        environment,
        runs,
        lambda: bool(target.write_text(f"{text}# {next(numbers)}\n")) or None,
    )
    target.write_text(text)
    measure("back", kept, environment, runs)
    one = folder / "one"
    one.mkdir()
    shutil.copy(target, one / target.name)
    words = [sys.executable, "-m", "meshc", "lint", "--exit-zero", "--no-cache", str(one)]
    measure("one file", words, environment, runs)
    words = [sys.executable, "-m", "meshc", "compile", str(root)]
    measure("compile", words, environment, runs)


def helps(environment: dict[str, str], runs: int) -> None:
    """Measure `--help` of every verb; print the slowest."""
    from meshc.cli.verbs import VERBS

    measure("interpreter alone", [sys.executable, "-c", "pass"], environment, runs)
    measure("--help", [sys.executable, "-m", "meshc", "--help"], environment, runs)
    taken = {}
    for verb in VERBS:
        words = [sys.executable, "-m", "meshc", verb, "--help"]
        taken[verb] = [built.once(words, environment) for _ in range(runs)]
    slowest = max(taken, key=lambda verb: min(run[0] for run in taken[verb]))
    row(f"slowest verb's --help ({slowest})", taken[slowest])


def peers(root: Path, folder: Path, runs: int) -> None:
    """Measure ruff and kubeconform, where they are."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff:
        measure(
            "ruff",
            [ruff, "check", "--no-cache", "--isolated", "--exit-zero", str(python(root, folder))],
            dict(os.environ),
            runs,
        )
    conform = shutil.which("kubeconform") or shutil.which(
        "kubeconform", path=str(Path.home() / "go/bin")
    )
    if conform:
        schemas = kubernetes(folder)
        words = [conform, "-schema-location", f"{schemas}/{{{{.ResourceKind}}}}.json", "-summary"]
        words += ["-n", str(os.cpu_count() or 1), str(root)]
        found = [once_whatever(words) for _ in range(runs)]
        row("kubeconform", found)


def once_whatever(words: list[str]) -> tuple[float, float, float]:
    """Run a program that may find something."""
    return built.once(["sh", "-c", '"$@" || true', "sh", *words], dict(os.environ))


def python(root: Path, folder: Path) -> Path:
    """Write a Python module of like size for each intent; gives their folder."""
    target = folder / "python"
    for path in root.rglob("*.yaml"):
        size, at = path.stat().st_size, target / path.relative_to(root).with_suffix(".py")
        at.parent.mkdir(parents=True, exist_ok=True)
        lines, written = ['"""A module."""\n\n'], 0
        for number in itertools.count():
            line = f"value_{number} = {{'name': 'item-{number}', 'ports': [{number}, 8080]}}\n"
            lines.append(line)
            written += len(line)
            if written >= size:
                break
        at.write_text("".join(lines))
    return target


def kubernetes(folder: Path) -> Path:
    """Write our schemas where kubeconform looks, one a kind; gives their folder."""
    target = folder / "schemas"
    target.mkdir()
    whole = json.loads((built.ROOT / "compiler/meshc/schema/generated.json").read_text())
    for kind in ("Mesh", "ServiceIntent"):
        one = {"$ref": f"#/$defs/{kind}", "$defs": whole["$defs"]}
        (target / f"{kind.lower()}.json").write_text(json.dumps(one))
    return target


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("services", nargs="?", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {args.runs} runs\n")
    print("| | CPU s min / median | wall s min / median | peak MB |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="meshc-bench-") as name:
        folder = Path(name)
        environment = built.optimised(folder)
        sys.path.insert(0, str(folder))
        root = folder / "corpus"
        corpus.write(root, args.services)
        lints(root, folder, environment, args.runs)
        helps(environment, args.runs)
        peers(root, folder, args.runs)


if __name__ == "__main__":
    main()
