"""What proxies talk to: HTTP/1.1 over TLS 1.3, one watch stream each, blobs by digest.

Joining needs a token and no certificate; everything else needs a certificate of our authority
whose SPIFFE ID is a workload of the accepted snapshot.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from aiohttp import web

from meshd import ca
from meshd.state import Damaged

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from meshd.step import Event, Send

PING_SECONDS = 2.0
"""Between two signs of life on a watch stream."""
QUEUE = 64
"""Events a slow proxy may fall behind before its stream is ended; it catches up on return."""
BODY_BYTES = 64 * 1024
JOINS = 50
"""Joins a second, all proxies together: each costs a signature."""
REASON_CHARACTERS = 2000
HEIGHTS = range(2**53)
"""Integers that every reader of JSON keeps (RFC 8785)."""
EVENTS: Final[dict[str, Literal["prepared", "refused", "committed", "alive"]]] = {
    "prepared": "prepared",
    "refused": "refused",
    "committed": "committed",
    "alive": "alive",
}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
INSTANCE = re.compile(r"[A-Za-z0-9._-]{1,128}")
IDENTITY = re.compile(r"spiffe://([a-z0-9._-]{1,255})/ns/([a-z0-9-]{1,63})/sa/([a-z0-9-]{1,63})")


class Mesh(Protocol):
    """What the server needs of the controller."""

    def happened(self, event: Event) -> None:
        """Hand an event to the core."""

    def workload_of(self, identity: str) -> str | None:
        """Give the workload with a SPIFFE ID; nothing if the accepted snapshot has none."""

    def path_of(self, workload: str) -> str | None:
        """Give the path of a workload's SPIFFE ID (`ns/…/sa/…`)."""

    def objection(self, instance: str, workload: str) -> str | None:
        """Say why a workload may not speak as an instance; nothing if it may."""

    def may_fetch(self, workload: str, blob: str) -> bool:
        """Tell whether a workload may fetch a blob."""


@dataclass
class Server:
    """The server's state: open streams, and what joins cost lately."""

    folder: Path
    authority: ca.Authority
    mesh: Mesh
    streams: dict[str, asyncio.Queue[bytes | None]] = field(default_factory=dict)
    joins: list[float] = field(default_factory=list)

    def send(self, action: Send) -> None:
        """Put an event on a proxy's stream; ends the stream of one that does not keep up."""
        queue = self.streams.get(action.instance)
        if queue is None:
            return
        content: dict[str, Any] = {
            "event": action.event,
            "epoch": action.epoch,
            "manifest": action.manifest,
        }
        if action.reason:
            content["reason"] = action.reason
        try:
            queue.put_nowait(json.dumps(content).encode() + b"\n")
        except asyncio.QueueFull:
            self.streams.pop(action.instance, None)

    def application(self) -> web.Application:
        """Give the HTTP application."""
        made = web.Application(client_max_size=BODY_BYTES, middlewares=[plain_errors])
        made.add_routes(
            [
                web.post("/v1/join", self.join),
                web.post("/v1/renew", self.renew),
                web.post("/v1/report", self.report),
                web.get("/v1/watch", self.watch),
                web.get("/v1/blobs/{digest}", self.blob),
                web.get("/v1/manifests/{digest}", self.manifest),
            ]
        )
        return made

    async def join(self, request: web.Request) -> web.Response:
        """Trade a join token for the first certificate."""
        now = time.time()
        self.joins = [at for at in self.joins if at > now - 1]
        if len(self.joins) >= JOINS:
            raise web.HTTPTooManyRequests(text="too many joins; try again")
        self.joins.append(now)
        body = await read(request, "token", "workload", "instance", "csr")
        path = self.mesh.path_of(body["workload"])
        if path is None:
            raise web.HTTPForbidden(text=f"`{body['workload']}` is no workload of this mesh")
        ca.public_key(body["csr"].encode())  # a bad request must not use up the token
        ca.use_token(self.folder / "tokens", body["token"], body["workload"], now)
        return self.issue(path, body["csr"])

    async def renew(self, request: web.Request) -> web.Response:
        """Replace a certificate by a fresh one for the same identity."""
        workload = self.caller(request)
        body = await read(request, "csr")
        path = self.mesh.path_of(workload)
        if path is None:
            raise web.HTTPForbidden(text=f"`{workload}` is no workload of this mesh any more")
        return self.issue(path, body["csr"])

    def issue(self, path: str, request: str) -> web.Response:
        """Sign a certificate and answer with it."""
        import datetime as dt

        issued = self.authority.issue(path, request.encode(), dt.datetime.now(dt.UTC))
        return web.json_response(
            {
                "certificate": issued.certificate.decode(),
                "bundle": issued.bundle.decode(),
                "trustDomain": self.authority.trust_domain,
                "notAfter": issued.not_after,
            }
        )

    async def watch(self, request: web.Request) -> web.StreamResponse:
        """Stream events to a proxy until it goes away."""
        from meshd.step import Connected, Disconnected

        workload = self.caller(request)
        instance = self.speaker(request.query.get("instance", ""), workload)
        response = web.StreamResponse(headers={"content-type": "application/jsonl"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        before = self.streams.pop(instance, None)
        if before is not None:
            with contextlib.suppress(asyncio.QueueFull):
                before.put_nowait(None)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)
        self.streams[instance] = queue
        self.mesh.happened(Connected(instance, workload))
        try:
            while self.streams.get(instance) is queue:
                try:
                    line = await asyncio.wait_for(queue.get(), PING_SECONDS)
                except TimeoutError:
                    line = b'{"event":"ping"}\n'
                if line is None:
                    break
                await response.write(line)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            # A stream that a newer one replaced says nothing of the proxy.
            if self.streams.get(instance, queue) is queue:
                self.streams.pop(instance, None)
                self.mesh.happened(Disconnected(instance))
        return response

    async def report(self, request: web.Request) -> web.Response:
        """Take in what a proxy says of itself."""
        from meshd import audited
        from meshd.step import Reported

        workload = self.caller(request)
        body = await read(request, "instance", "event")
        instance, event = self.speaker(body["instance"], workload), body["event"]
        if event not in EVENTS:
            raise web.HTTPBadRequest(text=f"`{event[:32]}` is no event")
        height = body.get("height") or 0
        if type(height) is not int or height not in HEIGHTS:
            raise web.HTTPBadRequest(text="`height` is a whole number")
        manifest, reason = str(body.get("manifest") or ""), str(body.get("reason") or "")
        if manifest and not DIGEST.fullmatch(manifest):
            raise web.HTTPBadRequest(text="`manifest` is the digest of one")
        said = reason[:REASON_CHARACTERS]
        try:
            audits = audited.read(body.get("audited"))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        report = Reported(instance, workload, EVENTS[event], manifest, height, said, audits)
        self.mesh.happened(report)
        return web.json_response({})

    async def blob(self, request: web.Request) -> web.Response:
        """Give a workload one of its own blobs, or what its slice names."""
        workload, name = self.caller(request), request.match_info["digest"]
        if not self.mesh.may_fetch(workload, name):
            raise web.HTTPNotFound(text=f"`{workload}` has no such blob")
        return await stored(self.folder / "blobs" / name)

    async def manifest(self, request: web.Request) -> web.Response:
        """Give the envelope of a manifest."""
        self.caller(request)
        name = request.match_info["digest"]
        if not DIGEST.fullmatch(name):
            raise web.HTTPNotFound(text="no such manifest")
        return await stored(self.folder / "manifests" / name)

    def speaker(self, instance: str, workload: str) -> str:
        """Check the name of an instance and that it is this workload's."""
        objection = self.mesh.objection(instance_of(instance), workload)
        if objection is not None:
            raise web.HTTPForbidden(text=objection)
        return instance

    def caller(self, request: web.Request) -> str:
        """Give the workload whose certificate the connection proved; refuses anybody else."""
        identity = peer_identity(request)
        if identity is None:
            raise web.HTTPForbidden(text="this needs a certificate of the mesh; join first")
        workload = self.mesh.workload_of(identity)
        if workload is None:
            raise web.HTTPForbidden(text=f"`{identity}` is no workload of this mesh")
        return workload


def peer_identity(request: web.Request) -> str | None:
    """Give the SPIFFE ID of the verified client certificate; nothing without exactly one."""
    transport = request.transport
    found = transport.get_extra_info("peercert") if transport else None
    names = [value for kind, value in (found or {}).get("subjectAltName", ()) if kind == "URI"]
    return names[0] if len(names) == 1 and IDENTITY.fullmatch(names[0]) else None


def instance_of(name: str) -> str:
    """Check the name of an instance."""
    if not INSTANCE.fullmatch(name):
        raise web.HTTPBadRequest(
            text="an instance's name has 1 to 128 letters, digits, `.`, `_`, `-`"
        )
    return name


async def read(request: web.Request, *wanted: str) -> dict[str, Any]:
    """Read a JSON object with the wanted texts in it."""
    try:
        body = await request.json()
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    if not isinstance(body, dict) or not all(isinstance(body.get(key), str) for key in wanted):
        raise web.HTTPBadRequest(text=f"the body is an object with the texts {', '.join(wanted)}")
    return body


async def stored(path: Path) -> web.Response:
    """Answer with a stored file."""
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise web.HTTPNotFound(text="it is not stored here") from None
    return web.Response(body=content, content_type="application/octet-stream")


@web.middleware
async def plain_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer refusals with one line of JSON: what, and whether trying again may help."""
    try:
        return await handler(request)
    except ca.Denied as error:
        return web.json_response({"error": str(error), "retry": False}, status=403)
    except (OSError, Damaged) as error:
        if isinstance(error, ConnectionError):
            raise
        print(f"meshd: {error}", file=sys.stderr, flush=True)  # noqa: T201 - the controller's log
        return web.json_response(
            {"error": "the controller's disk fails", "retry": True}, status=503
        )
    except web.HTTPException as error:
        again = error.status in {429, 503}
        return web.json_response({"error": error.text, "retry": again}, status=error.status)


def context(authority: ca.Authority, folder: Path) -> ssl.SSLContext:
    """Make the TLS settings: 1.3 only, a certificate asked for and not demanded."""
    import datetime as dt

    from meshc.snapshot import atomic

    key, request = ca.new_request()
    issued = authority.issue("meshc/controller", request, dt.datetime.now(dt.UTC))
    atomic.write(folder / "controller.key", key, atomic.OWNER_ONLY)
    atomic.write(folder / "controller.pem", issued.certificate)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_cert_chain(folder / "controller.pem", folder / "controller.key")
    made.load_verify_locations(cadata=issued.bundle.decode())
    made.verify_mode = ssl.CERT_OPTIONAL
    made.num_tickets = 0  # a resumed session would skip the check of a certificate's end
    return made
