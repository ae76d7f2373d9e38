"""Things that die: the controller, a proxy, an application."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from meshc.demo import client
from meshc.demo.fleet import OUTBOUND_PORT, PATIENCE, Broken, Fleet, admin, manifest_of, ready
from meshc.demo.matrix import content

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOOK = 0.02
"""Seconds between two looks."""
UNAVAILABLE = 503


async def until(what: str, holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds; raises `Broken` naming it."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await holds():
                await asyncio.sleep(LOOK)
    except TimeoutError:
        raise Broken(f"waited {PATIENCE:.0f} s in vain: {what}") from None


async def ask(fleet: Fleet, caller: str, host: str, path: str) -> client.Answer:
    """Send one GET as the application of a workload."""
    connection = await client.Connection.open(fleet.plan.instance(caller).address, OUTBOUND_PORT)
    try:
        return await connection.request("GET", path, host=host)
    finally:
        connection.close()


async def restart_proxy_alone(fleet: Fleet) -> str:
    """Restart a proxy while the controller is away; give the snapshot it came up with."""
    instance = fleet.plan.instance("shop/catalog")
    before = await manifest_of(instance)
    fleet.stop(f"proxy-{instance.name}", signal.SIGKILL)
    fleet.start_proxy(instance)
    await ready(fleet, [instance])
    after = await manifest_of(instance)
    if before != after:
        raise Broken(f"the proxy came up with {after}, not with {before}")
    allowed = await ask(fleet, "shop/frontend", "catalog", "/products")
    refused = await ask(fleet, "shop/cart", "catalog", "/products")
    if allowed.status != 200 or refused.status == 200:  # noqa: PLR2004 - OK
        raise Broken(f"from disk it answers {allowed.status} and {refused.status}")
    return after


async def kill_application(fleet: Fleet) -> tuple[int, str]:
    """Kill an application; give status and flag that its callers see."""
    instance = fleet.plan.instance("shop/shipping")
    fleet.stop(f"app-{instance.name}", signal.SIGKILL)
    connection = await client.Connection.open(
        fleet.plan.instance("shop/checkout").address, OUTBOUND_PORT
    )
    answer = await connection.request("POST", "/quotes", host="shipping")
    connection.close()
    fleet.start_application(instance)
    flags = str(content(answer).get("flags", ""))
    if answer.status != UNAVAILABLE or not flags:
        raise Broken(f"callers of a dead application got {answer.status}, flags `{flags}`")
    return answer.status, flags


async def connected(fleet: Fleet) -> bool:
    """Tell whether every proxy is with the controller again, by its status."""
    rows = fleet.status().get("proxies", [])
    current = {row["instance"] for row in rows if row["state"] == "current"}
    return {one.name for one in fleet.plan.instances} <= current


async def live(fleet: Fleet, workload: str) -> bool:
    """Tell whether a proxy's process answers."""
    return (await admin(fleet.plan.instance(workload), "/live")).status == 200  # noqa: PLR2004 - OK
