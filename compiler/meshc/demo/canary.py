"""Requests to a service of two versions, counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from meshc.demo import client
from meshc.demo.fleet import OUTBOUND_PORT, Broken, Fleet
from meshc.demo.matrix import OK, content

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUESTS = 2000
CLIENTS = 8
DEVIATIONS = 4.0
"""Standard deviations of the binomial split that still count as the weights."""


async def count(fleet: Fleet) -> Counter[str]:
    """Send the requests and count which version answered."""
    address = fleet.plan.instance("shop/frontend").address

    async def run(number: int) -> Counter[str]:
        seen: Counter[str] = Counter()
        connection = await client.Connection.open(address, OUTBOUND_PORT)
        for _ in range(number):
            answer = await connection.request("GET", "/recommendations", host="recommendation")
            if answer.status != OK:
                raise Broken(f"the canary answered {answer.status}: {answer.body!r}")
            seen[content(answer)["version"]] += 1
        connection.close()
        return seen

    parts = await asyncio.gather(*(run(REQUESTS // CLIENTS) for _ in range(CLIENTS)))
    return sum(parts, Counter())


def weights(fleet: Fleet) -> dict[str, int]:
    """Read the declared weights of the canary off the caller's slice."""
    for callee in fleet.plan.callees_of("shop/frontend"):
        if callee["workload"] == "shop/recommendation":
            item = next(one for one in callee["traffic"] if not one["headers"])
            return {row["cluster"]: row["weight"] for row in item["to"]}
    raise Broken("the frontend does not call the recommendation service")


def compare(seen: Mapping[str, int], declared: Mapping[str, int]) -> list[str]:
    """Hold the counts against the weights; raises `Broken` when chance does not explain them."""
    total, whole = sum(seen.values()), sum(declared.values())
    lines = []
    for version, weight in sorted(declared.items()):
        share = weight / whole
        got = seen.get(version, 0)
        spread = (total * share * (1 - share)) ** 0.5
        lines.append(
            f"{version}: {got} of {total} ({got / total:.1%}), weight {weight} ({share:.1%})"
        )
        if abs(got - total * share) > DEVIATIONS * spread:
            raise Broken(f"the split is not the weights: {lines[-1]}")
    return lines
