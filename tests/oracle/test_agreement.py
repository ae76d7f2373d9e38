"""The decision core agrees with the plain reference on random (slice, request) pairs.

`MESHC_ORACLE_PAIRS` and `MESHC_ORACLE_SEED` choose how many pairs and which.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from oracle import deciding, generator
from oracle.matching import UnspecifiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
Case = tuple[Json, list[Json], list[Json]]

ROOT = Path(__file__).parents[2]
PAIRS = int(os.environ.get("MESHC_ORACLE_PAIRS", "100000"))
SEED = int(os.environ.get("MESHC_ORACLE_SEED", "20261121"))
#: Requests of each direction for one slice.
EACH = 25
COMPARED = ("status", "operation", "rule", "destination", "cluster", "port", "path")


def cases(pairs: int, seed: int) -> Iterator[Case]:
    """Slices with requests in both directions."""
    rng = random.Random(seed)  # noqa: S311  a repeatable sequence, no secret
    for _ in range(pairs // (2 * EACH)):
        slice_ = generator.make_slice(rng)
        inbound = [generator.question(rng, slice_) for _ in range(EACH)]
        outbound = [generator.question(rng, slice_) for _ in range(EACH)]
        yield slice_, inbound, outbound


def through_extension(case: Case) -> tuple[list[Json], list[Json]]:
    """Answers of the extension module."""
    from meshc._native import Decider

    slice_, inbound, outbound = case
    decider = Decider(json.dumps(slice_).encode(), None, "worktree")
    return (
        [json.loads(decider.inbound(json.dumps(one))) for one in inbound],
        [json.loads(decider.outbound(json.dumps(one))) for one in outbound],
    )


def through_example(many: list[Case]) -> list[tuple[list[Json], list[Json]]]:
    """Answers of `cargo run --example decide`, where the extension is not built."""
    lines = [
        json.dumps({"slice": slice_, "inbound": inbound, "outbound": outbound})
        for slice_, inbound, outbound in many
    ]
    cargo = shutil.which("cargo") or pytest.skip("neither meshc._native nor cargo is here")
    command = [cargo, "run", "-q", "-p", "meshc-decide", "--example", "decide", "--", "--pairs"]
    done = subprocess.run(
        command, input="\n".join(lines), capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [(one["inbound"], one["outbound"]) for one in answers]


def answers(many: list[Case]) -> list[tuple[list[Json], list[Json]]]:
    """The core's answers to all cases."""
    try:
        return [through_extension(case) for case in many]
    except ImportError:
        return through_example(many)


def disagreement(
    reference: Callable[[Json, Json], Json], slice_: Json, question: Json, answer: Json
) -> tuple[str, str | None]:
    """What the reference said, and how the core differs."""
    try:
        wanted = reference(slice_, question)
    except UnspecifiedError:
        return "unspecified", None
    found = {key: answer.get(key) for key in COMPARED}
    expected = {key: wanted.get(key) for key in COMPARED}
    if "nearest" in wanted:
        found["nearest"] = (answer["reason"].get("nearest") or {}).get("rule")
        expected["nearest"] = wanted["nearest"]
    said = str(wanted["status"])
    if found == expected:
        return said, None
    return said, json.dumps({"question": question, "core": answer, "reference": wanted}, indent=1)


def test_core_and_reference_agree() -> None:
    """Not one of the pairs is decided differently, and every kind of verdict occurs."""
    many = list(cases(PAIRS, SEED))
    said: Counter[str] = Counter()
    differing: list[str] = []
    for (slice_, inbound, outbound), (to_inbound, to_outbound) in zip(
        many, answers(many), strict=True
    ):
        for reference, questions, replies in (
            (deciding.inbound, inbound, to_inbound),
            (deciding.outbound, outbound, to_outbound),
        ):
            for question, reply in zip(questions, replies, strict=True):
                status, difference = disagreement(reference, slice_, question, reply)
                said[status] += 1
                if difference is not None:
                    differing.append(difference + "\nslice: " + json.dumps(slice_))
    assert not differing, f"{len(differing)} of {said.total()} differ; the first:\n{differing[0]}"
    assert said.total() >= PAIRS - 2 * EACH
    for status in ("200", "400", "403", "404", "421", "503"):
        assert said[status] >= PAIRS // 500, f"too few of status {status}: {said}"
    assert said["unspecified"] <= PAIRS // 20, said
