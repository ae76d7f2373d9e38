"""Laws of admission, over the slices and requests of the generator, through the decision core.

Each law counts how often it had something to say and fails if that was seldom. `MESHC_LAW_SLICES`
and `MESHC_SEED` ask for more, or other, slices.
"""

from __future__ import annotations

import copy
import json
import os
import random
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from oracle import deciding, generator
from oracle.matching import UnspecifiedError
from oracle.stored import parted

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

SLICES = int(os.environ.get("MESHC_LAW_SLICES", "250"))
SEED = int(os.environ.get("MESHC_SEED", "20261121"))
#: Requests for one slice.
EACH = 40
#: Refusals of a request that policy cannot read; they depend on what any rule reads, even one that
#: is only audited or never holds, so a law about rules leaves them out.
UNREADABLE = {"header-spelling", "query"}
RULES = ("guardrails", "deny", "allow")
#: What stays whichever rule is named.
VERDICT = ("verdict", "status", "operation", "destination", "cluster", "path")
UNKNOWN = [
    "spiffe://elsewhere.test/ns/shop/sa/cart",
    f"spiffe://{generator.TRUST_DOMAIN}.evil/ns/shop/sa/cart",
    f"spiffe://{generator.TRUST_DOMAIN[:-1]}/ns/shop/sa/cart",
    f"spiffe://{generator.TRUST_DOMAIN}/sa/cart",
    f"spiffe://{generator.TRUST_DOMAIN}/NS/shop/sa/cart",
]
ALLOW_ALL: Json = {
    "from": {"anonymous": True, "anyone": True, "everyone": False, "identities": [],
             "namespaces": [], "prefixes": ["spiffe://"]},
    "headers": [], "matches": [], "name": "all", "operations": None, "query": [], "until": None,
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """A slice, requests for it, and what the core answers."""

    slice_: Json
    questions: list[Json]
    answers: list[Json]

    def variant(self) -> Json:
        """A copy of the slice, to be changed."""
        return copy.deepcopy(self.slice_)

    def against(self, slice_: Json) -> Iterator[tuple[Json, Json, Json]]:
        """Each question with the answer here and the answer of another slice."""
        return zip(self.questions, self.answers, decide(slice_, self.questions), strict=True)


def decide(slice_: Json, questions: list[Json]) -> list[Json]:
    """What the core answers."""
    native = pytest.importorskip("meshc._native")
    content, callees = parted(slice_)
    decider = native.Decider(content, None, "worktree", callees)
    lines = decider.inbound_batch("\n".join(map(json.dumps, questions))).splitlines()
    return [json.loads(line) for line in lines]


def kind(answer: Json) -> str:
    """Why it was answered so."""
    return str(answer["reason"]["kind"])


def allowed(answer: Json) -> bool:
    """Whether the request went through."""
    return bool(answer["verdict"] == "allowed")


def refused_by_policy(answer: Json) -> bool:
    """Whether rules refused it, and not its form or its way."""
    return answer["status"] in {401, 403}


def names(slice_: Json) -> list[str]:
    """The operations a rule can name."""
    return [str(one["name"]) for one in slice_["inbound"]["operations"]]


def say(answer: Json) -> Json:
    """What an answer comes to, whichever rule is named."""
    would = answer["reason"].get("would")
    found = {key: answer[key] for key in VERDICT}
    return {**found, "kind": kind(answer), "would": would and (would["status"], would["kind"])}


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """The same slices and requests for every law."""
    rng = random.Random(SEED)  # noqa: S311  a repeatable sequence, no secret
    found = []
    for _ in range(SLICES):
        slice_ = generator.make_slice(rng)
        questions = [generator.question(rng, slice_) for _ in range(EACH)]
        found.append(World(slice_, questions, decide(slice_, questions)))
    return found


@pytest.fixture
def rng() -> random.Random:
    """The choices of one law."""
    return random.Random(SEED + 1)  # noqa: S311  a repeatable sequence, no secret


def test_adding_a_deny_never_opens(worlds: list[World], rng: random.Random) -> None:
    closed = 0
    for world in worlds:
        slice_ = world.variant()
        rule = generator.rule(rng, "added", names(slice_), deny=True)
        at = rng.randint(0, len(slice_["inbound"]["deny"]))
        slice_["inbound"]["deny"].insert(at, rule)
        for question, before, after in world.against(slice_):
            assert allowed(before) or not allowed(after), (question, rule)
            closed += allowed(before) and kind(after) == "deny-rule"
    assert closed >= SLICES // 5, closed


def test_removing_an_allow_never_opens(worlds: list[World], rng: random.Random) -> None:
    closed = 0
    for world in worlds:
        slice_ = world.variant()
        if not slice_["inbound"]["allow"]:
            continue
        rule = slice_["inbound"]["allow"].pop(rng.randrange(len(slice_["inbound"]["allow"])))
        for question, before, after in world.against(slice_):
            assert not (refused_by_policy(before) and allowed(after)), (question, rule)
            closed += allowed(before) and not allowed(after)
    assert closed >= SLICES // 5, closed


def test_the_order_of_lists_only_chooses_the_rule_that_is_named(
    worlds: list[World], rng: random.Random
) -> None:
    renamed = several = 0
    for world in worlds:
        slice_ = world.variant()
        for kind_ in (*RULES, "operations"):
            slice_["inbound"][kind_].reverse()
            for item in slice_["inbound"][kind_]:
                rng.shuffle(item["matches"])
        for question, before, after in world.against(slice_):
            if is_specified(world.slice_, question):
                assert say(before) == say(after), question
                renamed += before["rule"] != after["rule"]
                several += before["operation"] not in {None, "rest"}
    assert renamed >= SLICES // 5, renamed
    assert several >= SLICES, several


def is_specified(slice_: Json, question: Json) -> bool:
    """Whether no two equally specific operations or routes are left to the order of lists."""
    try:
        deciding.inbound(slice_, question)
    except UnspecifiedError:
        return False
    return True


def test_an_unknown_identity_satisfies_no_positive_rule(
    worlds: list[World], rng: random.Random
) -> None:
    opened = 0
    for world in worlds:
        slice_ = world.variant()
        slice_["inbound"]["audit"] = False
        unknown = [{**one, "from": rng.choice(UNKNOWN)} for one in world.questions]
        known = decide(slice_, world.questions)
        for question, answer, other in zip(unknown, decide(slice_, unknown), known, strict=True):
            assert not allowed(answer), question
            opened += allowed(other)
    assert opened >= SLICES, opened


def test_splitting_rules_changes_nothing(worlds: list[World]) -> None:
    decisive = 0
    for world in worlds:
        slice_ = world.variant()
        split = set()
        for kind_ in RULES:
            whole = slice_["inbound"][kind_]
            slice_["inbound"][kind_] = [half for rule in whole for half in halves(rule)]
            split |= {rule["name"] for rule in whole if len(halves(rule)) > 1}
        for question, before, after in world.against(slice_):
            assert say(before) == say(after), question
            decisive += before["rule"] in split
    assert decisive >= SLICES // 2, decisive


def halves(rule: Json) -> list[Json]:
    """A rule as two that speak of what it speaks of; itself where that is one thing."""
    second = rule["name"] + "-second"
    for field in ("operations", "matches"):
        if rule[field] and len(rule[field]) > 1:
            first = {**rule, field: rule[field][:1]}
            return [first, {**rule, field: rule[field][1:], "name": second}]
    nobody: Json = {
        key: [] if isinstance(value, list) else False for key, value in rule["from"].items()
    }
    callers = [
        {**nobody, key: [one] if isinstance(value, list) else True}
        for key, value in rule["from"].items()
        for one in (value if isinstance(value, list) else [value])
        if one
    ]
    if len(callers) < 2:
        return [rule]
    return [{**rule, "from": one, "name": f"{rule['name']}-{at}"} for at, one in enumerate(callers)]


def test_merging_equal_rules_changes_nothing(worlds: list[World]) -> None:
    decisive = 0
    for world in worlds:
        slice_ = world.variant()
        for kind_ in RULES:
            twice = [[rule, {**rule, "name": "again"}] for rule in slice_["inbound"][kind_]]
            slice_["inbound"][kind_] = [rule for pair in twice for rule in pair]
        for question, before, after in world.against(slice_):
            assert (say(before), before["rule"]) == (say(after), after["rule"]), question
            decisive += before["rule"] is not None
    assert decisive >= SLICES, decisive


def test_an_audited_deny_never_denies(worlds: list[World], rng: random.Random) -> None:
    spared = 0
    for world in worlds:
        audited, without = world.variant(), world.variant()
        deny = audited["inbound"]["deny"]
        if not deny:
            continue
        at = rng.randrange(len(deny))
        deny[at]["audit"] = True
        del without["inbound"]["deny"][at]
        removed = decide(without, world.questions)
        for (question, before, after), bare in zip(world.against(audited), removed, strict=True):
            assert after["rule"] != deny[at]["name"], question
            if kind(after) not in UNREADABLE:
                verdict = [{**say(one), "would": None} for one in (after, bare)]
                assert verdict[0] == verdict[1], question
            if refused_by_policy(before) and allowed(after):
                would = after["reason"]["would"]
                assert (would["status"], would["kind"]) == (403, "deny-rule"), question
                spared += 1
    assert spared >= SLICES // 10, spared


def test_a_deny_that_begins_decides_nothing_before_and_everything_from_then_on(
    worlds: list[World], rng: random.Random
) -> None:
    spared = held = foretold = 0
    for world in worlds:
        begun, later, without = world.variant(), world.variant(), world.variant()
        rule = {**generator.rule(rng, "late", names(begun), deny=True), "audit": False}
        kind_ = rng.choice(["guardrails", "deny"])
        since = generator.NOW + rng.choice([0, 1, 1])
        begun["inbound"][kind_].append({**rule, "since": None})
        later["inbound"][kind_].append({**rule, "since": since})
        from_start, bare = decide(begun, world.questions), decide(without, world.questions)
        answers = decide(later, world.questions)
        for question, one, always, never in zip(
            world.questions, answers, from_start, bare, strict=True
        ):
            if question["now"] >= since:
                assert say(one) == say(always), question
                held += one["rule"] == "late"
            elif kind(one) not in UNREADABLE:
                assert say(one) == say(never), question
                spared += allowed(one) and always["rule"] == "late"
            if told := one["reason"].get("later"):
                then = int(datetime.fromisoformat(told["at"]).timestamp())
                (answer,) = decide(later, [{**question, "now": then}])
                assert then > question["now"], question
                assert allowed(one), question
                assert not allowed(answer), question
                assert answer["rule"] == told["rule"], question
                foretold += told["rule"] == "late"
    assert min(spared, foretold) >= SLICES // 15, (spared, foretold)
    assert held >= SLICES // 2, held


def test_nothing_narrower_undoes_a_guardrail(worlds: list[World], rng: random.Random) -> None:
    held = opened = 0
    for world in worlds:
        guarded = world.variant()
        rule = {**generator.rule(rng, "pci/added", [], deny=True), "audit": False}
        guarded["inbound"]["guardrails"].append({**rule, "operations": None})
        before = decide(guarded, world.questions)
        undone = copy.deepcopy(guarded)
        undo(undone["inbound"], rng)
        after = decide(undone, world.questions)
        for question, one, other in zip(world.questions, before, after, strict=True):
            if kind(one) == "guardrail":
                assert (kind(other), other["rule"]) == ("guardrail", one["rule"]), question
                held += 1
            opened += not allowed(one) and allowed(other)
    assert held >= SLICES, held
    assert opened >= SLICES, opened


def test_an_external_decision_only_closes(worlds: list[World], rng: random.Random) -> None:
    closed = kept = 0
    for world in worlds:
        slice_ = world.variant()
        slice_["inbound"]["audit"] = False

        def saying(word: str, slice_: Json = slice_, world: World = world) -> list[Json]:
            return decide(slice_, [{**one, "external": word} for one in world.questions])

        alone, refused = saying("not-asked"), saying(rng.choice(["denied", "unavailable"]))
        assert saying("allowed") == alone
        for question, before, after in zip(world.questions, alone, refused, strict=True):
            if is_connection(slice_, question):
                assert after == before, question
                continue
            assert not allowed(after), question
            if kind(after) in {"external", "external-unavailable"}:
                closed += allowed(before)
                assert kind(before) != "guardrail", question
            else:
                assert after == before, question
                kept += kind(before) == "guardrail"
    assert closed >= SLICES, closed
    assert kept >= SLICES // 5, kept


def is_connection(slice_: Json, question: Json) -> bool:
    """Whether a question is about a TCP port."""
    listeners = {one["name"]: one["protocol"] for one in slice_["inbound"]["listeners"]}
    return bool(listeners[question["listener"]] == "tcp")


def undo(accepts: Json, rng: random.Random) -> None:
    """Open a service as far as its own files can, in one way or another."""
    accepts["allow"] = [ALLOW_ALL, *accepts["allow"]]
    if rng.random() < 0.5:
        accepts["audit"] = True
    if rng.random() < 0.5:
        accepts["deny"] = []
    for deny in accepts["deny"]:
        deny["audit"] = True
    if rng.random() < 0.5:
        accepts["allow"], accepts["deny"] = [ALLOW_ALL], []
        accepts["operations"] = [one for one in accepts["operations"] if not one["matches"]]
