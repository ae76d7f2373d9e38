"""Streams, gateways, identities, draining and starting."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import signal
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
from bed import (
    SIGNER,
    WAIT,
    Authority,
    Bed,
    Request,
    application,
    binary,
    call,
    destination,
    digest,
    echo,
    identity,
    listener,
    operation,
    rule,
    seal,
    slice_of,
    until,
)
from cryptography.hazmat.primitives.asymmetric import ed25519
from test_requests import CART, SHOP, cart_slice, front_slice

if TYPE_CHECKING:
    from pathlib import Path

STORE = "127.31.0.3"


def store_slice(*callers: str) -> dict[str, Any]:
    """Give the slice of a TCP service."""
    return slice_of(
        "shop/store",
        listeners=[listener("redis", 6379, 9379, protocol="tcp")],
        operations=[operation("redis", "")],
        allow=[rule("users", *callers, operations=["redis"])],
    )


def user_slice() -> dict[str, Any]:
    """Give the slice of a caller of the TCP service."""
    port = {"name": "redis", "port": 6379, "protocol": "tcp"}
    to = destination("shop/store", 6379, STORE, ports=[port], operations=[operation("redis", "")])
    return slice_of("shop/front", destinations=[to])


@contextlib.contextmanager
def echoing(address: str, port: int) -> Any:
    """Run a TCP application that sends everything back, then its end."""
    listening = socket.create_server((address, port))

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while piece := connection.recv(65_536):
                connection.sendall(piece)
            connection.sendall(b"end")

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def test_bytes_pass_both_ways_and_half_closes_too(bed: Bed) -> None:
    """A stream is carried whole; the end of one direction leaves the other open."""
    bed.proxy(user_slice(), SHOP)
    bed.proxy(store_slice("shop/front"), STORE)
    payload = bytes(range(256)) * 20_000
    with echoing(STORE, 9379), socket.create_connection((SHOP, 6379), WAIT) as client:
        client.settimeout(WAIT)

        def send() -> None:
            client.sendall(payload)
            client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        got = b""
        while piece := client.recv(30_000):
            got += piece
        sender.join(WAIT)
    assert got == payload + b"end"


def test_a_stream_without_a_rule_is_closed(bed: Bed) -> None:
    """No byte of a connection that is not allowed reaches the application."""
    bed.proxy(user_slice(), SHOP)
    store = bed.proxy(store_slice("shop/other"), STORE)
    # The reset may come before the connection is even looked at.
    with (
        echoing(STORE, 9379),
        contextlib.suppress(ConnectionError),
        socket.create_connection((SHOP, 6379), WAIT) as client,
    ):
        client.settimeout(WAIT)
        client.sendall(b"PING\r\n")
        assert client.recv(10) == b""
    (line,) = store.lines(protocol="tcp", verdict="denied")
    assert (line["source"], line["reason"]["kind"]) == (identity("shop/front"), "no-rule")


def test_another_trust_domain_gets_no_connection(bed: Bed) -> None:
    """A certificate under other roots ends the handshake on both sides."""
    front = bed.proxy(front_slice(), SHOP)
    cart = bed.proxy(cart_slice(), CART, authority=Authority())
    with application(CART, 9080) as app:
        status, _, body = call(front, "cart", "/items/1")
        assert (status, json.loads(body)["flags"]) == (503, "UF")
        assert app.seen == []
    assert cart.lines(protocol="tls", verdict="denied")


@pytest.mark.parametrize(
    "junk",
    [b"GET / HTTP/1.1\r\nHost: cart\r\n\r\n", b"\0\0\0", b"\x16\x03\x01\0\0", b"\x17\3\3\0\1a"],
)
def test_what_is_no_tls_ends_its_own_connection_only(bed: Bed, junk: bytes) -> None:
    """It is answered with an alert, and the next one is served."""
    front = bed.proxy(front_slice(), SHOP)
    bed.proxy(cart_slice(), CART)
    with application(CART, 9080) as app:
        with socket.create_connection((CART, 8080), WAIT) as peer:
            peer.sendall(junk)
            assert peer.makefile("rb").read()[:1] == b"\x15"
        assert call(front, "cart", "/items/1")[0] == 200
        assert len(app.seen) == 1


def test_a_peer_with_another_identity_gets_no_request(bed: Bed) -> None:
    """A certificate of our roots for another workload is not the destination."""
    slice_ = front_slice()
    slice_["destinations"][0]["identity"] = identity("shop/elsewhere")
    front = bed.proxy(slice_, SHOP)
    bed.proxy(cart_slice(), CART)
    with application(CART, 9080) as app:
        assert call(front, "cart", "/items/1")[0] == 503
        assert app.seen == []
    (line, *_) = front.lines(protocol="tls")
    assert identity("shop/elsewhere") in line["why"]


@pytest.mark.parametrize(("ahead", "said"), [(1, "not valid yet"), (-1, "has expired")])
def test_a_clock_a_day_off_is_said(bed: Bed, ahead: int, said: str) -> None:
    """A proxy does not start with a certificate out of its time, nor take one from a peer."""
    cart = bed.proxy(cart_slice(), CART)
    bed.authority.ahead = dt.timedelta(days=ahead)
    front = bed.start(front_slice(), SHOP)
    assert front.process.wait(WAIT) == 1
    assert said in front.errors.read_text()
    assert "clock" in front.errors.read_text()
    assert len(front.errors.read_text().splitlines()) == 1
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=bed.authority.bundle.decode())
    context.load_cert_chain(
        front.state / "identity/certificate.pem", front.state / "identity/key.pem"
    )
    with (
        socket.create_connection((CART, 8080), WAIT) as plain,
        contextlib.suppress(ConnectionError, ssl.SSLError),
        context.wrap_socket(plain, server_hostname="cart") as client,
    ):
        assert client.recv(1) == b""
    (line,) = cart.lines(protocol="tls", verdict="denied")
    assert said in line["why"]


def gateway_slice() -> dict[str, Any]:
    """Give the slice of a gateway with a plain listener."""
    operations = cart_slice()["inbound"]["operations"]
    route = {
        "destination": "shop/cart",
        "hosts": ["shop.test"],
        "matches": [{"headers": [], "host": None, "methods": [], "path": "/items/**", "query": []}],
        "name": "cart",
        "operation": None,
    }
    return slice_of(
        "edge/public",
        authorities=[],
        listeners=[
            listener("web", 8000, 8000, tls="none", hosts=["shop.test"]),
            listener("tls", 8443, 8443, tls="terminate", certificate="shop", hosts=["shop.test"]),
        ],
        allow=[rule("everybody", "anonymous")],
        routes=[route],
        destinations=[destination("shop/cart", 8080, CART, operations=operations)],
    )


def test_a_gateway_admits_and_routes(bed: Bed, tmp_path: Path) -> None:
    """The public comes in plain or by TLS, is named anew, and learns no rule."""
    certificate, key = bed.authority.issue("spiffe://mesh.test/public")
    (tmp_path / "shop.crt").write_bytes(certificate)
    (tmp_path / "shop.key").write_bytes(key)
    slice_ = cart_slice()
    slice_["inbound"] |= {
        "authorities": ["cart.shop"],
        "allow": [rule("gateway", "edge/public")],
    }
    gate = bed.proxy(gateway_slice(), SHOP, "--secrets", str(tmp_path))
    bed.proxy(slice_, CART)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    ask = b"GET %b HTTP/1.1\r\nHost: %b\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n"
    with application(CART, 9080) as app:
        for port, scheme in [(8000, "http"), (8443, "https")]:
            with contextlib.ExitStack() as stack:
                client = stack.enter_context(socket.create_connection((SHOP, port), WAIT))
                if port == 8443:
                    client = stack.enter_context(context.wrap_socket(client))
                client.sendall(ask % (b"/items/1", b"shop.test"))
                assert client.makefile("rb").readline().startswith(b"HTTP/1.1 200 ")
            seen = app.seen[-1]
            assert (seen.header("host"), seen.header("x-forwarded-host")) == (
                "cart.shop",
                "shop.test",
            )
            assert (seen.header("x-forwarded-for"), seen.header("x-forwarded-proto")) == (
                "127.0.0.1",
                scheme,
            )
        for target, host, status in [(b"/else", b"shop.test", 404), (b"/items/1", b"x.test", 421)]:
            with socket.create_connection((SHOP, 8000), WAIT) as client:
                client.sendall(ask % (target, host))
                answer = client.makefile("rb").read()
            assert answer.startswith(b"HTTP/1.1 %d " % status)
            assert b"decision" not in answer
    assert len(gate.lines(status=200)) == 2


def test_draining_finishes_what_runs(bed: Bed) -> None:
    """After SIGTERM nothing new is accepted, the running request is answered, the exit is 0."""
    front = bed.proxy(front_slice(), SHOP)
    cart = bed.proxy(cart_slice(), CART, "--grace", "60")
    arrived, go = threading.Event(), threading.Event()

    def slow(connection: socket.socket, request: Request) -> bool:
        arrived.set()
        go.wait(WAIT)
        return echo(connection, request)

    answers: list[int] = []
    with application(CART, 9080, slow):
        caller = threading.Thread(target=lambda: answers.append(call(front, "cart", "/items/1")[0]))
        caller.start()
        assert arrived.wait(WAIT)
        cart.process.send_signal(signal.SIGTERM)

        def refused() -> bool:
            try:
                socket.create_connection((CART, 8080), 1).close()
            except ConnectionRefusedError:
                return True
            except ConnectionError:  # it waited to be accepted when the listener closed
                return False
            return False

        until("nothing is accepted any more", refused)
        assert cart.ask("/ready")[0] == 503
        go.set()
        caller.join(WAIT)
        assert cart.process.wait(WAIT) == 0
    assert answers == [200]


def test_probes_are_answered_without_identity_and_reach_nothing_else(bed: Bed) -> None:
    """The probe port asks the application for the paths of the slice, and for no other."""
    probed = cart_slice() | {}
    probed["inbound"]["probes"] = [{"path": "/healthz", "port": "http"}]
    proxy = bed.proxy(probed, CART, "--probes", f"{CART}:15021")

    def probe(text: bytes) -> tuple[int, str]:
        with socket.create_connection((CART, 15021), WAIT) as connection:
            connection.sendall(text)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, answer.read().decode()

    asked = b"GET %s HTTP/1.1\r\nHost: kubelet\r\n\r\n"
    with application(CART, 9080, healthy) as cart:
        assert probe(asked % b"/healthz") == (200, "the application answers 200\n")
        for path in (b"/items", b"/healthz/", b"/%68ealthz", b"/healthz/../items"):
            assert probe(asked % path)[0] == 404
        assert probe(b"POST /healthz HTTP/1.1\r\nHost: kubelet\r\n\r\n")[0] == 405
        assert [(one.method, one.target) for one in cart.seen] == [("GET", "/healthz")]
    status, why = probe(asked % b"/healthz")
    assert (status, why.split(":")[0]) == (503, "the application does not answer")
    assert proxy.stop() == 0


def healthy(connection: socket.socket, _: Request) -> bool:
    """Answer a probe, and be done."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
    return False


def test_a_port_in_use_is_named(bed: Bed) -> None:
    """The proxy says which address, who holds it, and what to do."""
    with socket.create_server((CART, 8080)):
        proxy = bed.start(cart_slice(), CART)
        assert proxy.process.wait(WAIT) == 1
    said = proxy.errors.read_text()
    assert f"cannot listen on {CART}:8080" in said
    assert "(pid " in said
    assert "--set-port 8080=" in said
    assert len(said.splitlines()) == 1


def test_a_command_line_that_is_wrong(tmp_path: Path) -> None:
    """One line, exit 2."""
    command = [binary(), "--workload", "cart", "--state", str(tmp_path), "--offline"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT)
    assert ended.returncode == 2
    assert ended.stderr == "meshc-proxy: error: `--workload cart` is not NAMESPACE/NAME\n"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"capabilities": ["teleport"]}, "needs `teleport`"),
        ({"trustDomain": "other.test"}, "trust domain `other.test`"),
        ({"format": 9}, "format 9"),
        ({"slices": []}, "nothing for `shop/cart`"),
        (
            {"signer": ed25519.Ed25519PrivateKey.generate()},
            "no signature of the manifest is by a trusted key",
        ),
        ({"height": 3}, "its height is 3, 4 was enforced already"),
    ],
)
def test_a_snapshot_that_is_not_sound_is_refused(
    bed: Bed, changes: dict[str, Any], said: str
) -> None:
    """It is never enforced; alone, the proxy does not start."""
    proxy = bed.proxy(cart_slice(), CART)
    assert proxy.stop() == 0
    options: dict[str, Any] = {"height": 5, "signer": SIGNER} | changes
    envelope, *_ = seal(cart_slice(), **options)
    (proxy.state / "current/envelope.json").write_bytes(envelope)
    (proxy.state / "height").write_text("4")
    ended = subprocess.run(
        proxy.process.args, capture_output=True, text=True, check=False, timeout=WAIT
    )
    assert ended.returncode == 1
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_the_snapshot_is_named_when_asked(bed: Bed) -> None:
    """With --expose-snapshot answers carry the digests that decided them."""
    front = bed.proxy(front_slice(), SHOP, "--expose-snapshot")
    cart = bed.proxy(cart_slice(), CART, "--expose-snapshot")
    names = [json.loads(one.ask("/snapshot")[1])["manifest"] for one in (front, cart)]
    with application(CART, 9080):
        headers = call(front, "cart", "/items/1")[1]
    assert headers["x-meshc-snapshot"] == ", ".join(names)
    assert all(name.startswith("sha256:") and len(name) == len(digest(b"")) for name in names)
