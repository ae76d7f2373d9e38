"""Steady load while something changes: every request is accounted for."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meshc.demo import client

if TYPE_CHECKING:
    from meshc.demo.plan import Sample

OK = 200
PAUSE = 0.02
"""Seconds between two requests of one client."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where one client of the load sends."""

    name: str
    address: str
    port: int
    host: str
    sample: Sample


@dataclass(frozen=True, slots=True)
class Observation:
    """One request: when, to where, what came, and which snapshots decided."""

    edge: str
    began: float
    status: int
    snapshots: tuple[str, ...]


@dataclass
class Load:
    """Clients that keep their connections, until `stop`."""

    edges: list[Edge]
    observations: list[Observation] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    reconnects: int = 0
    _running: bool = True

    async def run(self) -> None:
        """Run every client until `stop` is called."""
        await asyncio.gather(*(self._client(edge) for edge in self.edges))

    def stop(self) -> None:
        """Let every client finish the request it is in."""
        self._running = False

    async def _client(self, edge: Edge) -> None:
        connection = await client.Connection.open(edge.address, edge.port)
        while self._running:
            began = time.time()
            try:
                answer = await connection.request(
                    edge.sample.method, edge.sample.path, host=edge.host
                )
            except client.Lost as lost:
                self.lost.append(f"{edge.name}: {lost}")
                connection.close()
                self.reconnects += 1
                connection = await client.Connection.open(edge.address, edge.port)
                continue
            self.observations.append(Observation(edge.name, began, answer.status, answer.snapshots))
            await asyncio.sleep(PAUSE)
        if connection.closed:
            self.reconnects += 1
        connection.close()

    def mixed(self) -> list[Observation]:
        """Give the requests whose proxies decided by different snapshots."""
        return [one for one in self.observations if len(set(one.snapshots)) != 1]

    def first_with(self, manifest: str) -> dict[str, float]:
        """Give, per service, when the first request that its proxy decided by a snapshot began."""
        first: dict[str, float] = {}
        for one in self.observations:
            if set(one.snapshots) == {manifest}:
                caller, _, callee = one.edge.partition(" -> ")
                # What the caller's proxy refuses never comes to the callee's.
                for name in (caller, callee) if one.status == OK else (caller,):
                    first.setdefault(name, one.began)
        return first
