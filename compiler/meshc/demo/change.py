"""A commit under load: weights move and one edge is revoked; nothing in flight fails."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc.demo import client
from meshc.demo.fleet import OUTBOUND_PORT, PATIENCE, Broken, Fleet, manifest_of
from meshc.demo.load import Edge, Load

if TYPE_CHECKING:
    from meshc.demo.repository import Repository

PAIRS = (
    ("shop/frontend", "shop/cart"),
    ("shop/frontend", "shop/catalog"),
    ("shop/frontend", "shop/recommendation"),
    ("shop/checkout", "shop/payment"),
    ("shop/checkout", "shop/shipping"),
    ("shop/checkout", "shop/email"),
    ("shop/checkout", "shop/currency"),
    ("shop/frontend", "shop/checkout"),
    ("shop/edge", "shop/frontend"),
    ("shop/loadgen", "shop/frontend"),
    ("shop/recommendation", "shop/catalog"),
    ("shop/frontend", "shop/ads"),
)
REVOKED = ("shop/frontend", "shop/ads")
"""The edge that the change takes away."""
SETTLE = 200
"""Requests seen under each snapshot before and after the change."""
LOOK = 0.01
"""Seconds between two looks at a proxy's snapshot."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the change did."""

    commit: str
    enforced: dict[str, float]
    """Seconds from the commit until each proxy enforced it."""
    load: Load
    manifest: str
    committed: float
    download_bytes: int
    store_answers: bool


def edge(fleet: Fleet, caller: str, callee: str) -> Edge:
    """Describe one client of the load."""
    sample = fleet.plan.allowed_sample(caller, callee)
    if sample is None:
        raise Broken(f"{callee} allows {caller} nothing")
    address = fleet.plan.instance(caller).address
    name = f"{caller.partition('/')[2]} -> {callee.partition('/')[2]}"
    if fleet.plan.is_gateway(caller):
        host = fleet.plan.slices[caller]["routes"][0]["hosts"][0]
        return Edge(name, address, fleet.plan.ports(caller)[0].number, host, sample)
    return Edge(name, address, OUTBOUND_PORT, callee.partition("/")[2], sample)


async def run(fleet: Fleet, repository: Repository) -> Outcome:
    """Change the mesh under load and give what happened; raises `Broken` when it stalls."""
    load = Load([edge(fleet, *pair) for pair in PAIRS])
    running = asyncio.create_task(load.run())
    address = fleet.plan.instance("shop/frontend").address
    download = asyncio.create_task(long_download(address))
    store = await client.Connection.open(fleet.plan.instance("shop/cart").address, 6379)
    await store.line("SET basket full")
    await seen(load, running, SETTLE)
    before = await manifest_of(fleet.plan.instances[0])
    edit(repository)
    commit = repository.commit("Move the canary to half, drop the ads", signed=True)
    committed = time.time()
    enforced, manifest = await follow(fleet, before, committed)
    await seen(load, running, len(load.observations) + SETTLE)
    answers = await store.line("GET basket") == "$4"
    store.close()
    size = await download
    load.stop()
    await running
    return Outcome(commit, enforced, load, manifest, committed, size, answers)


def edit(repository: Repository) -> None:
    """Move the weights and revoke an edge, both halves."""
    repository.replace("shop/recommendation.yaml", "weight: 90", "weight: 50")
    repository.replace("shop/recommendation.yaml", "weight: 10", "weight: 50")
    repository.replace("shop/frontend.yaml", "    - {to: ads.list}\n", "")
    repository.replace(
        "shop/ads.yaml",
        "  allow: [{name: banners, from: [frontend], operations: [list]}]\n",
        "",
    )


async def long_download(address: str) -> int:
    """Fetch the catalogue's export, which takes seconds, and give its size in bytes."""
    connection = await client.Connection.open(address, OUTBOUND_PORT)
    answer = await connection.request("GET", "/products/export", host="catalog")
    connection.close()
    return len(answer.body)


async def seen(load: Load, running: asyncio.Task[None], count: int) -> None:
    """Wait until the load has that many answers; raises `Broken` when it stops before."""
    async with asyncio.timeout(PATIENCE):
        while len(load.observations) < count:
            if running.done():
                raise Broken(f"the load ended early: {running.exception()!r}")
            await asyncio.sleep(LOOK)


async def follow(fleet: Fleet, before: str, since: float) -> tuple[dict[str, float], str]:
    """Watch every proxy until none enforces the old snapshot; seconds for each."""
    enforced: dict[str, float] = {}
    manifest = before

    async def watch(name: str, index: int) -> None:
        nonlocal manifest
        while (now := await manifest_of(fleet.plan.instances[index])) in {before, ""}:
            await asyncio.sleep(LOOK)
        enforced[name], manifest = time.time() - since, now

    try:
        async with asyncio.timeout(PATIENCE):
            names = [one.name for one in fleet.plan.instances]
            await asyncio.gather(*(watch(name, index) for index, name in enumerate(names)))
    except TimeoutError:
        late = {one.name for one in fleet.plan.instances} - set(enforced)
        status = fleet.status()
        raise Broken(f"still on the old snapshot: {sorted(late)}; status {status}") from None
    return enforced, manifest
