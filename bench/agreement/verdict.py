"""What each side says about pairs of a policy and a request."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agreement.exchange import envoy, exchange
from meshc._native import Decider
from oracle import deciding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agreement.exchange import Answer
    from agreement.policy import Compiled, Policy
    from agreement.request import Request

Json = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What is compared: the status, the operation if it came that far, the rule that denied."""

    status: int
    operation: str | None = None
    rule: str | None = None
    why: str = field(default="", compare=False)
    """The reason in the words of the side that gave it; not compared."""


@dataclass(frozen=True)
class Pair:
    """A policy, a request, and what was said of them."""

    policy: Policy
    slice_: bytes
    request: Request
    ours: Verdict
    theirs: Verdict

    @property
    def agreed(self) -> bool:
        """Tell whether both said the same."""
        return self.ours == self.theirs

    def backed(self) -> bool:
        """Tell whether the plain reference of the language says what we say."""
        return our_verdict(reference(self.slice_, self.request)) == self.ours


def reference(slice_: bytes, request: Request) -> Json:
    """Ask the plain reference."""
    asked = {**request.question(), "listener": "api", "now": 0, "draw": 0}
    answer = deciding.inbound(deciding.whole(json.loads(slice_)), asked)
    return {"operation": None, "rule": None, **answer}


def our_verdict(answer: Json) -> Verdict:
    """Give a verdict from an answer of the decision core or the reference."""
    status = answer["status"]
    if status not in {200, 403}:
        return Verdict(status, why=answer.get("reason", {}).get("kind", ""))
    return Verdict(status, answer["operation"], answer["rule"] if status == 403 else None)


def their_verdict(answer: Answer) -> Verdict:
    """Give a verdict from an answer of Envoy."""
    if answer.status not in {200, 403}:
        return Verdict(answer.status, why=answer.details)
    found = re.fullmatch(r"rbac_access_denied_matched_policy\[(.*)\]", answer.details)
    rule = found[1] if found and found[1] != "none" else None
    return Verdict(answer.status, answer.route, rule, answer.details)


@dataclass(frozen=True)
class Sides:
    """Both sides with the same policies, ready to be asked."""

    compiled: Compiled
    port: int
    """Where Envoy listens."""

    def ask(self, asked: Sequence[tuple[Policy, Request]]) -> list[Pair]:
        """Ask both about requests, each of one of the policies."""
        questions: dict[str, list[Json]] = {}
        for policy, request in asked:
            questions.setdefault(policy.name, []).append(request.question())
        slices = {
            one.name: it
            for one, it in zip(self.compiled.policies, self.compiled.slices, strict=True)
        }
        ours = {name: iter(decide(slices[name], many)) for name, many in questions.items()}
        theirs = exchange(self.port, [request for _, request in asked])
        return [
            Pair(
                policy,
                slices[policy.name],
                request,
                our_verdict(next(ours[policy.name])),
                their_verdict(answer),
            )
            for (policy, request), answer in zip(asked, theirs, strict=True)
        ]


@contextmanager
def both_sides(program: str, compiled: Compiled) -> Iterator[Sides]:
    """Run Envoy with the policies as long as they are asked about."""
    with envoy(program, compiled.policies) as port:
        yield Sides(compiled, port)


def decide(slice_: bytes, questions: list[Json]) -> list[Json]:
    """Decide requests of one policy as one batch."""
    answers = Decider(slice_, None, "worktree").inbound_batch("\n".join(map(json.dumps, questions)))
    return [json.loads(line) for line in answers.splitlines()]
