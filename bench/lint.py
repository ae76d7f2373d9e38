"""`meshc lint` on 10,000 generated services: cold, warm, after a change, one file, `--help`; peers.

    python bench/lint.py                    7 runs each, with the extension of `make release`
    python bench/lint.py 1000 --runs 3

Whole processes from outside, as in bench/compile.py: CPU is user plus system time of the process
and its threads, its smallest over all runs is the figure to compare. `cold` keeps nothing;
`first run` writes the cache; `warm` finds all of it there; `changed` has one file edited before
each run, and `back` is that edit undone. `ruff` reads as many Python files of like size without
its cache, and kubeconform the same documents as Kubernetes resources, where they are installed.

`one file changed, named by Git` lints the newest of two commits of the same repository with
`--rev`, which differ in one file; the older one was linted before.

`one file` is a repository of one service whose callees are missing, `one mistake` one whose only
fault is a port that is no number; what `beyond` stands before is what is left of it without the
time of `python -c pass`, measured in turn. All run as in an installation: with the script that
installers write, bytecode, and no finder of editable packages.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path

import compile as built
import corpus

Prepare = Callable[[], None]
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPROFILEIMPORTTIME")
"""What changes how Python starts."""
MISTAKE = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: eighty, protocol: http}]
"""


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


def beyond(
    name: str,
    words: list[str],
    environment: dict[str, str],
    runs: int,
    before: Prepare = lambda: None,
) -> None:
    """Measure a command, and what it takes more than an interpreter that does nothing."""
    alone = [words[0], "-c", "pass"]
    pairs = []
    for _ in range(runs):
        before()
        pairs.append((built.once(words, environment), built.once(alone, environment)))
    row(name, [whole for whole, _ in pairs])
    more = [(whole[0] - base[0], whole[1] - base[1], whole[2]) for whole, base in pairs]
    row(f"beyond the interpreter: {name}", more)


def installed(folder: Path) -> list[str]:
    """Lay out an environment whose `meshc` is as installers write it; gives how to call it."""
    place = folder / "venv"
    venv.create(place, symlinks=True)
    python = place / "bin/python"
    packages = sysconfig.get_path("purelib", vars={"base": str(place)})
    Path(packages, "theirs.pth").write_text(sysconfig.get_path("purelib"))
    script = place / "bin/meshc"
    script.write_text("import sys\nfrom meshc.cli import main\nsys.exit(main())\n")
    return [str(python), str(script)]


def lints(root: Path, folder: Path, environment: dict[str, str], runs: int) -> None:
    """Measure lints of one repository."""
    cache = folder / "cache"
    meshc = installed(folder)
    lint = [*meshc, "lint", "--exit-zero", str(root)]
    kept = [*lint, "--cache-dir", str(cache)]
    measure("cold", [*lint, "--no-cache"], environment, runs)
    measure("first run", kept, environment, runs, lambda: shutil.rmtree(cache, ignore_errors=True))
    measure("warm", kept, environment, runs)
    target = next(iter(sorted(root.rglob("svc-*.yaml"))))
    text = target.read_text()
    numbers = itertools.count()
    beyond(
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
    mistake = folder / "mistake"
    mistake.mkdir()
    (mistake / "cart.yaml").write_text(MISTAKE)
    for name, place in (("one file", one), ("one mistake", mistake)):
        beyond(name, [*meshc, "lint", "--exit-zero", "--no-cache", str(place)], environment, runs)
    measure("compile", [*meshc, "compile", str(root)], environment, runs)
    named(root, target, kept, environment, runs)
    helps(meshc, environment, runs)


def named(
    root: Path, target: Path, kept: list[str], environment: dict[str, str], runs: int
) -> None:
    """Measure lints of commits that change one file each; all are made before the first one."""

    def git(*words: str) -> None:
        identity = ["-c", "user.name=bench", "-c", "user.email=b@example.test", "-c", "gc.auto=0"]
        subprocess.run(
            ["git", "-C", root, *identity, *words], check=True, stdout=subprocess.DEVNULL
        )

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--no-gpg-sign", "-m", "0")
    for number in range(runs):
        target.write_text(f"{target.read_text()}# in commit {number}\n")
        git("commit", "--quiet", "--no-gpg-sign", "--all", "-m", str(number))
    git("gc", "--quiet")
    lint = [*kept, "--rev", "measured"]
    git("update-ref", "refs/heads/measured", f"HEAD~{runs}")
    built.once(lint, environment)
    ages = iter(reversed(range(runs)))
    beyond(
        "one file changed, named by Git",
        lint,
        environment,
        runs,
        lambda: git("update-ref", "refs/heads/measured", f"HEAD~{next(ages)}"),
    )


def helps(meshc: list[str], environment: dict[str, str], runs: int) -> None:
    """Measure `--help` of every verb; print the slowest."""
    from meshc.cli.verbs import VERBS

    measure("interpreter alone", [meshc[0], "-c", "pass"], environment, runs)
    measure("--help", [*meshc, "--help"], environment, runs)
    taken = {}
    for verb in VERBS:
        words = [*meshc, verb, "--help"]
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
        environment = {name: text for name, text in environment.items() if name not in UNWANTED}
        sys.path.insert(0, str(folder))
        root = folder / "corpus"
        corpus.write(root, args.services)
        lints(root, folder, environment, args.runs)
        peers(root, folder, args.runs)


if __name__ == "__main__":
    main()
