"""The protocol between controller and proxy, over real TLS 1.3 sockets."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from meshd import ca, serve, step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

pytestmark = pytest.mark.process
SECONDS = 8.0
DIGEST = {name: "sha256:" + str(n) * 64 for n, name in enumerate(["web", "cart", "one", "two"], 1)}
PATHS = {"shop/web": "ns/shop/sa/web", "shop/cart": "ns/shop/sa/cart"}


@dataclass
class Edge:
    """The controller's edge without git: the real core, the real server, no compiler."""

    state: step.State = field(default_factory=step.State)
    server: serve.Server | None = None
    now: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever the state may be another."""

    def happened(self, event: step.Event) -> None:
        self.state, actions = step.step(self.state, event, self.now)
        self.changed.set()
        for action in actions:
            if isinstance(action, step.Send) and self.server is not None:
                self.server.send(action)

    def workload_of(self, identity: str) -> str | None:
        named = {f"spiffe://shop.test/{path}": name for name, path in PATHS.items()}
        return named.get(identity)

    def path_of(self, workload: str) -> str | None:
        return PATHS.get(workload)

    def may_fetch(self, workload: str, blob: str) -> bool:
        return blob == DIGEST[workload.partition("/")[2]]

    def objection(self, instance: str, workload: str) -> str | None:
        return step.objection(self.state, instance, workload)

    def sign(self, name: str, height: int) -> None:
        made = step.Snapshot(DIGEST[name], name, height)
        self.happened(step.Signed(made, frozenset(PATHS)))


@dataclass
class Site:
    """A served controller and ways to talk to it."""

    folder: Path
    authority: ca.Authority
    edge: Edge
    url: str

    def session(self, workload: str | None, other: ca.Authority | None = None) -> Any:
        made = ssl.create_default_context(cadata=self.authority.bundle().decode())
        made.check_hostname = False
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        if workload is not None:
            key, request = ca.new_request()
            now = dt.datetime.now(dt.UTC)
            issued = (other or self.authority).issue(PATHS[workload], request, now)
            with tempfile.NamedTemporaryFile(suffix=".pem") as file:
                Path(file.name).write_bytes(key + issued.certificate)
                made.load_cert_chain(file.name)
        return aiohttp.ClientSession(self.url, connector=aiohttp.TCPConnector(ssl=made))


@contextlib.asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Site]:
    for name in ("blobs", "manifests", "tokens"):
        (folder / name).mkdir()
    for name in ("web", "cart"):
        (folder / "blobs" / DIGEST[name]).write_bytes(name.encode())
    authority = ca.Authority.open(folder / "ca", "shop.test")
    edge = Edge()
    edge.server = serve.Server(folder, authority, edge)
    runner = web.AppRunner(edge.server.application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=serve.context(authority, folder / "ca"))
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield Site(folder, authority, edge, f"https://127.0.0.1:{port}")
    finally:
        await runner.cleanup()


async def told(watch: aiohttp.ClientResponse) -> tuple[str, str]:
    """Give the next event of a stream that is no ping, and its manifest's name here."""
    async with asyncio.timeout(SECONDS):
        while True:
            event = json.loads(await watch.content.readline())
            if event["event"] != "ping":
                names = {digest: name for name, digest in DIGEST.items()}
                return event["event"], names[event["manifest"]]


async def say(session: aiohttp.ClientSession, instance: str, event: str, name: str) -> int:
    body = {"instance": instance, "event": event, "manifest": DIGEST[name], "height": 1, "at": 0}
    async with session.post("/v1/report", json={**body, "reason": "no room"}) as answer:
        return answer.status


async def until(edge: Edge, holds: Callable[[step.State], bool]) -> None:
    """Wait for the state to hold, asked again after each event."""
    async with asyncio.timeout(SECONDS):
        while not holds(edge.state):
            edge.changed.clear()
            await edge.changed.wait()


def test_join_takes_a_token_once_and_renew_keeps_the_identity(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as site:
            token = ca.new_token(tmp_path / "tokens", "shop/web", dt.datetime.now().timestamp())  # noqa: DTZ005 - a timestamp has no zone
            key, csr = ca.new_request()
            body = {"token": token, "workload": "shop/web", "instance": "i", "csr": csr.decode()}
            async with site.session(None) as anybody:
                async with anybody.post("/v1/join", json={**body, "csr": "x"}) as answer:
                    assert answer.status == 403
                for workload in ("shop/cart", "shop/none"):
                    async with anybody.post("/v1/join", json={**body, "workload": workload}) as no:
                        assert no.status == 403
                async with anybody.post("/v1/join", json=body) as answer:
                    assert answer.status == 200
                    joined = await answer.json()
                async with anybody.post("/v1/join", json=body) as again:
                    assert again.status == 403
                    assert "was used" in (await again.json())["error"]
            assert joined["trustDomain"] == "shop.test"
            made = ssl.create_default_context(cadata=joined["bundle"])
            made.check_hostname = False
            pair = tmp_path / "pair.pem"
            pair.write_bytes(key + joined["certificate"].encode())
            made.load_cert_chain(pair)
            connector = aiohttp.TCPConnector(ssl=made)
            async with (
                aiohttp.ClientSession(site.url, connector=connector) as session,
                session.post("/v1/renew", json={"csr": ca.new_request()[1].decode()}) as answer,
            ):
                assert answer.status == 200
                assert (await answer.json())["notAfter"] >= joined["notAfter"]

    asyncio.run(run())


def test_without_a_certificate_only_joining_is_open(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as site, site.session(None) as session:
            for method, path in [
                ("GET", "/v1/watch?instance=i"),
                ("GET", f"/v1/blobs/{DIGEST['web']}"),
                ("GET", f"/v1/manifests/{DIGEST['one']}"),
                ("POST", "/v1/report"),
                ("POST", "/v1/renew"),
            ]:
                async with session.request(method, path, json={}) as answer:
                    assert answer.status == 403
                    assert "join first" in (await answer.json())["error"]

    asyncio.run(run())


def test_a_certificate_of_another_authority_ends_at_the_handshake(tmp_path: Path) -> None:
    async def run() -> None:
        other = ca.Authority.open(tmp_path / "other", "shop.test")
        (tmp_path / "site").mkdir()
        async with served(tmp_path / "site") as site:
            async with site.session("shop/web", other) as session:
                with pytest.raises(aiohttp.ClientError):
                    await session.get(f"/v1/blobs/{DIGEST['web']}")
            async with site.session("shop/web") as session:  # the same with ours is let in
                assert (await session.get(f"/v1/blobs/{DIGEST['web']}")).status == 200

    asyncio.run(run())


def test_a_workload_fetches_its_own_blobs_only(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as site, site.session("shop/web") as session:
            own = await session.get(f"/v1/blobs/{DIGEST['web']}")
            assert (own.status, await own.read()) == (200, b"web")
            assert (await session.get(f"/v1/blobs/{DIGEST['cart']}")).status == 404
            assert (await session.get("/v1/blobs/..%2fca%2froot.key")).status == 404
            assert (await session.get("/v1/manifests/..%2fca%2froot.key")).status == 404

    asyncio.run(run())


def audits(**changes: object) -> bytes:
    """Give a report of one audited rule."""
    one = {"would": "denied", "kind": "deny-rule", "rule": "r", "place": "a:1", "count": 3}
    return json.dumps({"instance": "i", "event": "alive", "audited": [one | changes]}).encode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (serve.BODY_BYTES + 1), 413),
        (b"[" * 60_000, 400),
        (b"\xff\xfe", 400),
        (b'{"instance": "i"}', 400),
        (b'{"instance": "\\ud800", "event": "alive"}', 400),
        (b'{"instance": "a b", "event": "alive"}', 400),
        (b'{"instance": "i", "event": "sing"}', 400),
        (b'{"instance": "i", "event": "alive", "height": true}', 400),
        (b'{"instance": "i", "event": "alive", "height": -1}', 400),
        (b'{"instance": "i", "event": "alive", "manifest": "../x"}', 400),
        (b'{"instance": "i", "event": "alive", "audited": {}}', 400),
        (b'{"instance": "i", "event": "alive", "audited": [1]}', 400),
        (b'{"instance": "i", "event": "alive", "audited": [' + b"{}," * 64 + b"{}]}", 400),
        (audits(count=0), 400),
        (audits(count=True), 400),
        (audits(rule="x" * 513), 400),
        (audits(place=None), 400),
        (audits(), 200),
        (b'{"instance": "i", "event": "alive", "height": 1}', 200),
    ],
)
def test_a_body_is_bounded_and_checked(tmp_path: Path, body: bytes, status: int) -> None:
    async def run() -> None:
        async with served(tmp_path) as site, site.session("shop/web") as session:
            answer = await session.post("/v1/report", data=body)
            assert answer.status == status
            if status != 200:
                assert (await answer.json())["retry"] is False

    asyncio.run(run())


def test_two_proxies_switch_together_and_a_refusal_stops_the_switch(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            served(tmp_path) as site,
            site.session("shop/web") as web_,
            site.session("shop/cart") as cart,
            web_.get("/v1/watch?instance=w") as one,
            cart.get("/v1/watch?instance=c") as two,
        ):
            site.edge.sign("one", 1)
            assert await told(one) == await told(two) == ("prepare", "one")
            assert await say(web_, "w", "prepared", "one") == 200
            assert site.edge.state.current is None
            assert await say(cart, "w", "prepared", "one") == 403  # another workload's name
            assert await say(cart, "c", "prepared", "one") == 200
            assert await told(one) == await told(two) == ("commit", "one")
            site.edge.sign("two", 2)
            assert await told(one) == await told(two) == ("prepare", "two")
            await say(web_, "w", "prepared", "two")
            await say(cart, "c", "refused", "two")
            assert await told(one) == await told(two) == ("abort", "two")
            assert site.edge.state.refusal is not None
            assert "c refuses the snapshot: no room" in site.edge.state.refusal.text
            assert site.edge.state.current is not None
            assert site.edge.state.current.manifest == DIGEST["one"]

    asyncio.run(run())


def test_a_proxy_that_was_away_is_fenced_and_catches_up(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as site, site.session("shop/web") as session:
            async with session.get("/v1/watch?instance=w") as watch:
                site.edge.sign("one", 1)
                assert await told(watch) == ("prepare", "one")
                watch.close()
            # The stream's end settles the switch: nobody else has to prepare.
            await until(site.edge, lambda state: state.current is not None)
            assert site.edge.state.proxies["w"].fenced
            async with session.get("/v1/watch?instance=w") as watch:
                assert await told(watch) == ("prepare", "one")
                assert await told(watch) == ("commit", "one")
                assert await say(session, "w", "committed", "one") == 200
                assert not site.edge.state.proxies["w"].fenced

    asyncio.run(run())


def test_a_newer_stream_replaces_one_and_the_proxy_stays_connected(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            served(tmp_path) as site,
            site.session("shop/web") as session,
            session.get("/v1/watch?instance=w") as old,
            session.get("/v1/watch?instance=w") as new,
        ):
            async with asyncio.timeout(SECONDS):
                await old.read()  # it ends
            assert site.edge.state.proxies["w"].connected
            site.edge.sign("one", 1)
            assert await told(new) == ("prepare", "one")

    asyncio.run(run())
