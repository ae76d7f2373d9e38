"""Every pair of services is called: declared ones answer, the others are refused with a reason."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meshc.demo import client
from meshc.demo.fleet import OUTBOUND_PORT, Broken, Fleet, admin

if TYPE_CHECKING:
    import ssl

    from meshc.demo.plan import Plan, Port, Sample

OK = 200
AT_ONCE = 8
"""Pairs called at the same time."""


@dataclass(frozen=True, slots=True)
class Call:
    """What came of one pair: who answered, or why nobody did."""

    caller: str
    callee: str
    declared: bool
    request: str
    answered_by: str | None
    caller_side: str
    """The refusal of the caller's own proxy, in words; empty where it let the request pass."""
    callee_side: str
    """The refusal of the callee's proxy, met without the caller's; empty where it allowed."""

    @property
    def holds(self) -> bool:
        """Whether the mesh did what the intents say."""
        if self.declared:
            return self.answered_by == self.callee.partition("/")[2]
        return self.answered_by is None and bool(self.caller_side) and bool(self.callee_side)


async def call_all(fleet: Fleet) -> list[Call]:
    """Call every ordered pair of a workload and a service."""
    plan = fleet.plan
    gate = asyncio.Semaphore(AT_ONCE)
    declared = plan.edges()

    async def one(caller: str, callee: str) -> Call:
        async with gate:
            if (caller, callee) in declared:
                return await call_declared(fleet, caller, callee)
            return await call_undeclared(fleet, caller, callee)

    pairs = [(a, b) for a in sorted(plan.slices) for b in plan.services() if a != b]
    return list(await asyncio.gather(*(one(*pair) for pair in pairs)))


async def call_declared(fleet: Fleet, caller: str, callee: str) -> Call:
    """Call an edge through the real chain: from application to application, past both proxies."""
    plan, port = fleet.plan, fleet.plan.ports(callee)[0]
    if port.protocol == "tcp":
        return await ping_store(fleet, caller, callee, port)
    sample = plan.allowed_sample(caller, callee)
    if plan.is_gateway(caller):
        sample = plan.samples(callee)[0]
        listener = plan.ports(caller)[0].number
        host = plan.slices[caller]["routes"][0]["hosts"][0]
    else:
        listener, host = OUTBOUND_PORT, callee.partition("/")[2]
    if sample is None:
        raise Broken(f"{callee} allows {caller} no operation with a sample request")
    answer = await ask(plan.instance(caller).address, listener, sample, host)
    told = content(answer)
    return Call(
        caller,
        callee,
        declared=True,
        request=f"{sample.method} {sample.path}",
        answered_by=told.get("service") if answer.status == OK else None,
        caller_side="" if answer.status == OK else refusal(answer),
        callee_side="",
    )


async def ping_store(fleet: Fleet, caller: str, callee: str, port: Port) -> Call:
    """Call a TCP edge: the caller's proxy listens on the callee's port."""
    connection = await client.Connection.open(fleet.plan.instance(caller).address, port.number)
    try:
        pong = await connection.line("PING")
    finally:
        connection.close()
    by = callee.partition("/")[2] if pong == "+PONG" else None
    return Call(caller, callee, True, "PING", by, "" if by else pong, "")  # noqa: FBT003 - declared


async def call_undeclared(fleet: Fleet, caller: str, callee: str) -> Call:
    """Call where no edge is: through the caller's proxy, then past it with its identity."""
    plan, port = fleet.plan, fleet.plan.ports(callee)[0]
    sample = next(iter(plan.samples(callee)), None)
    source, tls = plan.instance(caller), fleet.tls(plan.instance(caller))
    if sample is None:
        return await knock(fleet, caller, callee, port)
    first = "a gateway forwards by its routes alone"
    by = None
    if not plan.is_gateway(caller):
        host = callee.partition("/")[2]
        answer = await ask(source.address, OUTBOUND_PORT, sample, host)
        first = refusal(answer) if answer.status != OK else ""
        by = content(answer).get("service") if answer.status == OK else None
    target = plan.instance(callee).address
    answer = await ask(target, port.number, sample, callee.partition("/")[2], tls=tls)
    second = refusal(answer) if answer.status != OK else ""
    by = by or (content(answer).get("service") if answer.status == OK else None)
    return Call(caller, callee, False, f"{sample.method} {sample.path}", by, first, second)  # noqa: FBT003 - not declared


async def knock(fleet: Fleet, caller: str, callee: str, port: Port) -> Call:
    """Try a TCP port without a right to it."""
    plan = fleet.plan
    try:
        await client.Connection.open(plan.instance(caller).address, port.number)
        first = ""
    except client.Lost:
        first = "its proxy does not listen for it: not among its calls"
    target = plan.instance(callee)
    second = ""
    try:
        connection = await client.Connection.open(
            target.address, port.number, tls=fleet.tls(plan.instance(caller))
        )
        await connection.line("PING")
    except client.Lost:
        second = await last_denial(fleet, callee, plan.identity(caller))
    return Call(caller, callee, False, "PING", None, first, second)  # noqa: FBT003 - not declared


async def last_denial(fleet: Fleet, callee: str, identity: str) -> str:
    """Give the newest refusal of a caller by a callee's proxy, from its admin port."""
    answer = await admin(fleet.plan.instance(callee), "/denials")
    rows: list[dict[str, Any]] = json.loads(answer.body)
    own = [row for row in rows if row.get("source") == identity]
    return words(own[-1].get("reason", {})) if own else ""


async def ask(
    address: str, port: int, sample: Sample, host: str, *, tls: ssl.SSLContext | None = None
) -> client.Answer:
    """Send one request on a connection of its own."""
    connection = await client.Connection.open(address, port, tls=tls)
    try:
        return await connection.request(sample.method, sample.path, host=host)
    finally:
        connection.close()


def content(answer: client.Answer) -> dict[str, Any]:
    """Read a JSON answer; empty where it is none."""
    try:
        read = json.loads(answer.body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def refusal(answer: client.Answer) -> str:
    """Put a refusal into one line: status, rule, place, commit, nearest rule."""
    said = content(answer)
    return f"{answer.status} {words(said.get('decision') or str(said.get('reason', '')))}"


def words(reason: dict[str, Any] | str) -> str:
    """Put a reason of the decision core into words."""
    if isinstance(reason, str):
        return reason
    rule = reason.get("rule") or "no rule"
    parts = [f"{rule} {where(reason)}".strip()]
    if nearest := reason.get("nearest"):
        failed = "; ".join(nearest.get("failed", []))
        parts.append(f"nearest {nearest.get('rule')} {where(nearest)}: {failed}")
    if commit := reason.get("commit"):
        parts.append(f"commit {commit[:10]}")
    return ", ".join(parts)


def where(item: dict[str, Any]) -> str:
    """Give `(file:line)` of something that has a place."""
    place = item.get("place")
    return f"({place['file']}:{place['line']})" if place else ""


def table(plan: Plan, calls: list[Call]) -> list[str]:
    """Draw the matrix: callers down, callees across."""
    done = {(one.caller, one.callee): one for one in calls}
    callees = plan.services()
    short = [one.partition("/")[2] for one in callees]
    lines = [" " * 16 + " ".join(name[:8].ljust(8) for name in short)]
    for caller in sorted(plan.slices):
        marks = [mark(done.get((caller, callee))) for callee in callees]
        lines.append(caller.partition("/")[2].ljust(16) + " ".join(sign.ljust(8) for sign in marks))
    return lines


def mark(call: Call | None) -> str:
    """Give one cell of the matrix."""
    if call is None:
        return "."
    if not call.holds:
        return "WRONG"
    return "answers" if call.declared else "-"
