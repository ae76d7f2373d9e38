"""The mesh of these tests: compiled, asked through the library, and running."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bed import Authority, Bed, identity
from wire import Client, Recorder, client_context, plain, secured

from meshc import compiling
from meshc._native import Decider
from oracle.stored import whole

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterable

MESH = Path(__file__).parent / "mesh"
CALLER = "shop/caller"
SERVICES = {
    "named": "b.test",
    "matched": "matched.test",
    "closed": "closed.test",
    "literal": "literal",
}
"""The services under test, and a host of each."""
ADDRESSES = {name: f"127.33.0.{at}" for at, name in enumerate(["caller", *SERVICES], start=1)}
"""Where the intents say that each is."""


def files() -> list[tuple[str, bytes]]:
    """Give the repository of these tests."""
    return [
        (path.relative_to(MESH).as_posix(), path.read_bytes())
        for path in sorted(MESH.rglob("*.yaml"))
    ]


@cache
def slices() -> dict[str, tuple[bytes, bytes]]:
    """Compile the repository; fails on anything that is to be said against it."""
    compiled = compiling.compile(files(), "worktree")
    assert not compiled.findings, compiled.findings
    return {workload: (content, places) for workload, content, places in compiled.slices}


@cache
def callees() -> dict[str, bytes]:
    """Give what the slices name."""
    return compiling.compile(files(), "worktree").callees


@cache
def decider(service: str) -> Decider:
    """Load the tables of a service."""
    return Decider(*slices()[f"shop/{service}"], "worktree", callees())


def question(target: bytes, host: str, lines: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """Put a request as the library takes it.

    Its questions are text: a raw byte beyond ASCII goes in as the character of that number.
    """
    headers = [[name, value] for name, _, value in (line.partition(":") for line in lines)]
    hosts = [value.strip() for name, value in headers if name.lower() == "host"]
    return {
        "from": identity(CALLER),
        "method": "GET",
        "target": target.decode("latin-1"),
        "host": hosts[0] if hosts else host,
        "headers": [pair for pair in headers if pair[0].lower() != "host"],
    } | more


def compiled_with(service: str, old: bytes, new: bytes) -> compiling.Compiled:
    """Compile the repository with a change in the intent of one service."""
    changed = [
        (name, text.replace(old, new) if name == f"shop/{service}.yaml" else text)
        for name, text in files()
    ]
    assert changed != files()
    return compiling.compile(changed, "worktree")


def decide(service: str, questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decide requests to a service in one batch."""
    return batch(decider(service), questions)


def decide_with(
    compiled: compiling.Compiled, service: str, questions: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Decide requests to a service of another compilation."""
    found = {workload: (content, places) for workload, content, places in compiled.slices}
    tables = Decider(*found[f"shop/{service}"], "worktree", compiled.callees)
    return batch(tables, questions)


def batch(tables: Decider, questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decide many requests at once."""
    lines = "\n".join(json.dumps(one) for one in questions)
    return [json.loads(line) for line in tables.inbound_batch(lines).splitlines()]


@dataclass
class Stand:
    """Proxies of the caller and of each service, and the applications behind them."""

    bed: Bed
    applications: dict[str, Recorder]
    clients: list[Client] = field(default_factory=list)
    contexts: dict[tuple[str | None, Authority], ssl.SSLContext] = field(default_factory=dict)

    def start(self) -> None:
        """Start every proxy."""
        for workload, (content, _) in slices().items():
            slice_ = whole(content, callees())
            name = workload.partition("/")[2]
            self.bed.proxy(slice_, ADDRESSES[name])

    def application(self, service: str) -> Recorder:
        """Give the application of a service."""
        return self.applications[ADDRESSES[service]]

    def through_caller(self) -> Client:
        """Give a client that speaks to the proxy beside the caller."""
        return self.client(partial(plain, (ADDRESSES["caller"], 15001)))

    def as_peer(
        self,
        service: str,
        who: str | None = identity(CALLER),
        authority: Authority | None = None,
    ) -> Client:
        """Give a client that speaks to a service's proxy itself, as somebody or as nobody known."""
        issuer = authority or self.bed.authority
        if (who, issuer) not in self.contexts:
            pair = issuer.issue(who) if who else None
            context = client_context(self.bed.folder, self.bed.authority.bundle, pair)
            self.contexts[who, issuer] = context
        address = (ADDRESSES[service], 8080)
        return self.client(partial(secured, address, self.contexts[who, issuer]))

    def in_clear(self, service: str) -> Client:
        """Give a client that speaks HTTP where TLS is spoken."""
        return self.client(partial(plain, (ADDRESSES[service], 8080)))

    def client(self, connect: Callable[[], socket.socket]) -> Client:
        """Give a client that `settle` closes."""
        self.clients.append(Client(connect))
        return self.clients[-1]

    def settle(self) -> None:
        """Close what a test opened, and forget what applications saw."""
        for client in self.clients:
            client.close()
        self.clients.clear()
        for application in self.applications.values():
            application.taken()
