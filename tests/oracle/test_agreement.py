"""The decision core agrees with the plain reference on random (slice, request) pairs.

`MESHC_PAIRS=1000000` is the long run, minutes instead of seconds; `MESHC_SEED` chooses other
pairs.
A difference is printed with its question, both answers and the slice.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from oracle import deciding, generator
from oracle.matching import UnspecifiedError
from oracle.stored import parted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
Case = tuple[Json, list[Json], list[Json]]

ROOT = Path(__file__).parents[2]
PAIRS = int(os.environ.get("MESHC_PAIRS", "100000"))
SEED = int(os.environ.get("MESHC_SEED", "20261121"))
#: Requests of each direction for one slice.
EACH = 40
#: Slices that are asked at a time.
CHUNK = 100
COMPARED = ("status", "operation", "rule", "destination", "cluster", "port", "path")
#: Of how many pairs one at least must be of a status or kind, so that no comparison is empty.
LEAST = {
    "200": 20, "400": 20, "403": 20, "404": 500, "421": 100, "503": 20, "ambiguous-request": 250,
    "header-spelling": 100, "query": 500, "guardrail": 200, "deny-rule": 50, "no-rule": 20,
    "no-user": 500, "allow-rule": 50, "audit": 500, "would-deny-rule": 1000,
    "external": 200, "external-unavailable": 200, "would-external": 10_000,
    "would-guardrail": 4000, "would-allow-rule": 500, "would-no-rule": 500,
}  # fmt: skip


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
    content, callees = parted(slice_)
    decider = Decider(content, None, "worktree", callees)
    batches = (decider.inbound_batch, inbound), (decider.outbound_batch, outbound)
    to_inbound, to_outbound = (
        [json.loads(line) for line in ask("\n".join(map(json.dumps, many))).splitlines()]
        for ask, many in batches
    )
    return to_inbound, to_outbound


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
) -> tuple[Json | None, str | None]:
    """What the reference said, if it could, and how the core differs."""
    try:
        wanted = reference(slice_, question)
    except UnspecifiedError:
        return None, None
    found = {key: answer.get(key) for key in COMPARED}
    expected = {key: wanted.get(key) for key in COMPARED}
    found["verdict"] = answer["verdict"] == "allowed"
    expected["verdict"] = wanted["status"] == 200
    reason = answer["reason"]
    found["would"], expected["would"] = (would(one.get("would")) for one in (reason, wanted))
    if "kind" in wanted:
        found["kind"], expected["kind"] = reason["kind"], wanted["kind"]
    if "nearest" in wanted:
        near = (reason.get("nearest") or {}).get("rule")
        found["nearest"], expected["nearest"] = near in wanted["nearest"], True
    if found == expected:
        return wanted, None
    both = {"question": question, "core": answer, "reference": wanted}
    return wanted, json.dumps(both, indent=1)


def would(verdict: Json | None) -> Json | None:
    """What is compared of a would-be verdict: of several rules that deny, any may be named."""
    if verdict is None:
        return None
    rule = verdict["rule"] if verdict["kind"] == "allow-rule" else None
    kind = "no-rule" if verdict["kind"] == "no-user" else verdict["kind"]
    return {"allowed": verdict["status"] == 200, "kind": kind, "rule": rule}


def compared(chunk: list[Case]) -> Iterator[tuple[Json | None, str | None]]:
    """What the reference said of every pair, and the difference."""
    for (slice_, inbound, outbound), (to_inbound, to_outbound) in zip(
        chunk, answers(chunk), strict=True
    ):
        for reference, questions, replies in (
            (deciding.inbound, inbound, to_inbound),
            (deciding.outbound, outbound, to_outbound),
        ):
            for question, reply in zip(questions, replies, strict=True):
                wanted, difference = disagreement(reference, slice_, question, reply)
                if difference is not None:
                    difference += "\nslice: " + json.dumps(slice_)
                yield wanted, difference


def test_core_and_reference_agree() -> None:
    """Not one of the pairs is decided differently, and every kind of verdict occurs."""
    said: Counter[str] = Counter()
    differing: list[str] = []
    remaining = cases(PAIRS, SEED)
    while chunk := list(islice(remaining, CHUNK)):
        for wanted, difference in compared(chunk):
            said["pairs"] += 1
            said.update(words(wanted))
            differing += [difference] if difference is not None else []
    total = said["pairs"]
    assert not differing, f"{len(differing)} of {total} differ; the first:\n{differing[0]}"
    assert total > PAIRS - 2 * EACH
    for word, share in LEAST.items():
        assert said[word] >= PAIRS // share, f"too few of {word}: {said}"
    assert said["unspecified"] <= PAIRS // 50, said


def words(wanted: Json | None) -> list[str]:
    """Status and kind of a verdict, and whether another one is said."""
    if wanted is None:
        return ["unspecified"]
    found = [str(wanted["status"])]
    if "kind" in wanted:
        found.append(wanted["kind"])
    if "would" in wanted:
        found.append("would-" + wanted["would"]["kind"])
    return found
