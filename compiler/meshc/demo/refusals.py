"""Commits that must not pass: one that names an unknown service, one that nobody signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc.demo.fleet import Broken, Fleet, manifest_of
from meshc.demo.outage import until

if TYPE_CHECKING:
    from meshc.demo.repository import Repository


async def broken(fleet: Fleet, repository: Repository) -> str:
    """Commit an unknown service; give the controller's refusal."""
    good = repository.git("rev-parse", "HEAD")
    repository.replace("shop/checkout.yaml", "to: payment.charge", "to: paymets.charge")
    commit = repository.commit("Call a service that is not there", signed=True)
    text = await refused(fleet, commit)
    if "MC201" not in text:
        raise Broken(f"the refusal does not name MC201: {text}")
    repository.undo(good)
    return text


async def unsigned(fleet: Fleet, repository: Repository) -> str:
    """Commit without a signature; give the controller's refusal."""
    good = repository.git("rev-parse", "HEAD")
    repository.replace("shop/recommendation.yaml", "weight: 50", "weight: 40")
    commit = repository.commit("Nobody vouches for this", signed=False)
    text = await refused(fleet, commit)
    repository.undo(good)
    return text


async def refused(fleet: Fleet, commit: str) -> str:
    """Wait until the controller's status says that it refuses a commit; the mesh stays as it is."""
    before = await manifest_of(fleet.plan.instances[0])

    async def said() -> bool:
        last = fleet.status().get("lastRefusal") or {}
        return bool(last.get("commit") == commit)

    await until(f"the controller refuses {commit[:10]}", said)
    after = {await manifest_of(one) for one in fleet.plan.instances}
    if after != {before}:
        raise Broken(f"proxies left the last good snapshot: {sorted(after)}")
    return str(fleet.status()["lastRefusal"]["text"])
