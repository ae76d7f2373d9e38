"""Makes an unexplained difference as small as it stays one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agreement.differences import explain
from agreement.features import split
from agreement.policy import compile_all, name
from agreement.verdict import both_sides

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agreement.kinds import Kind
    from agreement.policy import Json, Policy
    from agreement.request import Request
    from agreement.verdict import Pair

STEPS = 40
"""Rounds at most; every one starts Envoy once."""


def reduce(program: str, pair: Pair, kinds: Sequence[Kind]) -> Pair:
    """Give the smallest pair found by taking parts away while the difference stays unexplained."""
    for _ in range(STEPS):
        left = still_unexplained(program, candidates(pair.policy, pair.request), kinds)
        smallest = min(left, key=size, default=pair)
        if size(smallest) >= size(pair):
            break
        pair = smallest
    return pair


def still_unexplained(
    program: str, tried: Sequence[tuple[Policy, Request]], kinds: Sequence[Kind]
) -> list[Pair]:
    """Give those of the candidates on which the sides differ for no known reason."""
    named = [
        (replace(policy, name=name(at)), moved(request, policy.name, name(at)))
        for at, (policy, request) in enumerate(tried)
    ]
    requests = {policy.name: request for policy, request in named}
    compiled = compile_all([policy for policy, _ in named])
    with both_sides(program, compiled) as sides:
        pairs = sides.ask([(policy, requests[policy.name]) for policy in compiled.policies])
        return [one.pair for one in explain(sides, pairs, kinds) if not one.kinds]


def size(pair: Pair) -> int:
    """Give how much there is to read."""
    return len(json.dumps([pair.policy.intent()["spec"], pair.request.question()]))


def moved(request: Request, old: str, new: str) -> Request:
    """Send a request to a policy's new name."""
    name = re.compile(re.escape(old), re.IGNORECASE)
    before, path, query = split(request.target)
    target = name.sub(new, before) + path + query
    return replace(request, host=name.sub(new, request.host), target=target)


def candidates(policy: Policy, request: Request) -> list[tuple[Policy, Request]]:
    """Give every pair that is one step smaller."""
    return [
        *((policy, one) for one in smaller_requests(policy, request)),
        *((one, request) for one in smaller_policies(policy)),
    ]


def smaller_requests(policy: Policy, request: Request) -> Iterator[Request]:
    """Give requests with a part less."""
    for at in range(len(request.headers)):
        yield replace(request, headers=request.headers[:at] + request.headers[at + 1 :])
    before, path, query = split(request.target)
    segments = path.split("/")[1:]
    for at in range(len(segments)):
        fewer = "/" + "/".join(segments[:at] + segments[at + 1 :])
        yield replace(request, target=before + fewer + query)
    yield replace(request, target=path)
    yield replace(request, host=policy.name)
    yield replace(request, method="GET")
    yield replace(request, caller=None)


def smaller_policies(policy: Policy) -> Iterator[Policy]:
    """Give policies with a part less."""
    yield replace(policy, readings=("plain",))
    for at in range(len(policy.operations)):
        yield without_operation(policy, at)
    for operations in smaller_lists(policy.operations, "matches"):
        yield replace(policy, operations=operations)
    for allow in (*shorter(policy.allow), *smaller_lists(policy.allow, "from", "headers")):
        yield replace(policy, allow=allow)
    for deny in (*shorter(policy.deny), *smaller_lists(policy.deny, "from", "headers", "matches")):
        yield replace(policy, deny=deny)
    for rules in widened(policy.allow):
        yield replace(policy, allow=rules)
    for rules in widened(policy.deny):
        yield replace(policy, deny=rules)


def without_operation(policy: Policy, at: int) -> Policy:
    """Take out an operation, and its name from rules."""
    gone = policy.operations[at]["name"]

    def rules(many: tuple[Json, ...]) -> tuple[Json, ...]:
        found = []
        for one in many:
            named = [name for name in one["operations"] or () if name != gone]
            if named or not one["operations"]:
                found.append({**one, "operations": named or None})
        return tuple(found)

    operations = policy.operations[:at] + policy.operations[at + 1 :]
    return replace(
        policy, operations=operations, allow=rules(policy.allow), deny=rules(policy.deny)
    )


def shorter(items: tuple[Json, ...]) -> Iterator[tuple[Json, ...]]:
    """Give a list without each of its items."""
    for at in range(len(items)):
        yield items[:at] + items[at + 1 :]


def smaller_lists(items: tuple[Json, ...], *keys: str) -> Iterator[tuple[Json, ...]]:
    """Give items with one entry less in one of their lists, and matches with a part less."""
    for at, item in enumerate(items):
        for key in keys:
            for entries in smaller_entries(item[key], key):
                yield (*items[:at], {**item, key: entries}, *items[at + 1 :])


def smaller_entries(entries: list[Json], key: str) -> Iterator[list[Json]]:
    """Give a list with one entry less; the last match stays, but with a part less."""
    if len(entries) > (0 if key == "headers" else 1):
        for at in range(len(entries)):
            yield entries[:at] + entries[at + 1 :]
    if key == "matches":
        for at, match in enumerate(entries):
            for part in ("headers", "methods"):
                if match[part]:
                    yield [*entries[:at], {**match, part: match[part][:-1]}, *entries[at + 1 :]]


def widened(rules: tuple[Json, ...]) -> Iterator[tuple[Json, ...]]:
    """Give rules of which one speaks of every operation."""
    for at, rule in enumerate(rules):
        if rule["operations"]:
            yield (*rules[:at], {**rule, "operations": None}, *rules[at + 1 :])
