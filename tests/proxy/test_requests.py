"""Requests through two real proxies."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from bed import (
    WAIT,
    Bed,
    Request,
    application,
    call,
    destination,
    echo,
    listener,
    operation,
    rule,
    slice_of,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bed import Proxy

SHOP, CART, OTHER = "127.31.0.1", "127.31.0.2", "127.31.0.4"


def cart_slice() -> dict[str, object]:
    """Give the slice of the service that is called."""
    return slice_of(
        "shop/cart",
        listeners=[listener("http", 8080, 9080)],
        operations=[
            operation("read", "/items/**", "GET", "HEAD", idempotent=True),
            operation("write", "/items", "POST"),
        ],
        allow=[rule("front", "shop/front", operations=["read", "write"])],
    )


EVERYONE = {
    "anonymous": False,
    "anyone": False,
    "everyone": True,
    "identities": [],
    "namespaces": [],
}
OPERATIONS = cart_slice()["inbound"]["operations"]


def front_slice() -> dict[str, object]:
    """Give the slice of the caller."""
    return slice_of(
        "shop/front", destinations=[destination("shop/cart", 8080, CART, operations=OPERATIONS)]
    )


@pytest.fixture
def pair(bed: Bed) -> tuple[Proxy, Proxy]:
    """Start both proxies."""
    return bed.proxy(front_slice(), SHOP), bed.proxy(cart_slice(), CART)


def open_client(proxy: Proxy) -> contextlib.closing[http.client.HTTPConnection]:
    """Give a client of the proxy beside it that keeps its connection."""
    return contextlib.closing(http.client.HTTPConnection(*proxy.outbound, timeout=WAIT))


def test_a_request_goes_through_both(pair: tuple[Proxy, Proxy]) -> None:
    """A request comes out as it went in, but for what only the mesh may say."""
    front, cart = pair
    with application(CART, 9080) as app:
        status, headers, body = call(
            front,
            "cart",
            "/items/1?x=%41",
            headers={"X-Forwarded-Client-Cert": "me", "X-Meshc-Peer": "me", "Accept": "a"},
        )
    assert status == 200, body
    seen = json.loads(body)
    assert (seen["method"], seen["target"]) == ("GET", "/items/1?x=%41")
    names = {name.lower() for name, _ in seen["headers"]}
    assert names == {"host", "accept", "accept-encoding", "traceparent"}
    assert "x-meshc-snapshot" not in headers
    (line,) = cart.lines(status=200)
    assert line["source"] == "spiffe://mesh.test/ns/shop/sa/front"
    assert (line["operation"], line["verdict"]) == ("read", "allowed")
    assert len(app.seen) == 1


def test_each_refusal_says_why(pair: tuple[Proxy, Proxy]) -> None:
    """Refusals carry status, flags and the rule or what came nearest."""
    front, cart = pair
    with application(CART, 9080) as app:
        for host, target, method, status, error, flags in [
            ("cart", "/other", "GET", 403, "no-rule", "UAEX"),
            ("cart", "/items", "DELETE", 403, "no-rule", "UAEX"),
            ("nowhere", "/items/1", "GET", 503, "not-declared", "NR"),
            ("cart:99", "/items/1", "GET", 503, "port", "NR"),
            ("cart", "/items/%2f", "GET", 400, "encoded-separator", "DPE"),
        ]:
            got, _, body = call(front, host, target, method)
            answer = json.loads(body)
            assert (got, answer["error"], answer["flags"]) == (status, error, flags), body
        _, headers, _ = call(front, "cart", "/items", "DELETE")
        assert headers["x-meshc-reason"].startswith('no-rule;nearest="front";commit="')
        _, headers, _ = call(front, "nowhere", "/")
        assert headers["x-meshc-reason"].startswith("not-declared;")
        assert app.seen == []
    reasons = [one["reason"] for one in json.loads(cart.ask("/denials")[1])]
    assert [one["operation"] for one in reasons] == ["rest"] * 3
    assert reasons[0]["nearest"]["rule"] == "front"


def test_only_callers_that_a_rule_names_are_told_in_a_header(bed: Bed) -> None:
    """Whoever no rule names learns nothing of rules from a header, an application forges none."""
    slice_ = cart_slice()
    slice_["inbound"]["deny"] = [rule("nobody", operations=["write"], **{"from": EVERYONE})]
    front, _ = bed.proxy(front_slice(), SHOP), bed.proxy(slice_, CART)
    to = destination("shop/cart", 8080, CART, operations=OPERATIONS)
    other = bed.proxy(slice_of("shop/other", destinations=[to]), OTHER)

    def forge(connection: socket.socket, _: Request) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Meshc-Reason: x\r\nContent-Length: 0\r\n\r\n")
        return True

    with application(CART, 9080, forge):
        _, headers, _ = call(front, "cart", "/items", "POST")
        assert headers["x-meshc-reason"].startswith('deny-rule;rule="nobody";commit="')
        status, headers, _ = call(other, "cart", "/items", "POST")
        assert status == 403
        assert "x-meshc-reason" not in headers
        status, headers, _ = call(front, "cart", "/items/1")
        assert status == 200
        assert "x-meshc-reason" not in headers


def test_an_upgrade_is_refused(pair: tuple[Proxy, Proxy]) -> None:
    """No upgrade passes."""
    fields = {"Connection": "upgrade", "Upgrade": "websocket"}
    assert call(pair[0], "cart", "/items/1", headers=fields)[0] == 403


def test_connections_are_kept_and_used_again(pair: tuple[Proxy, Proxy]) -> None:
    """Many requests of one client need one connection on every hop."""
    front, cart = pair
    with application(CART, 9080) as app, contextlib.ExitStack() as stack:
        client = stack.enter_context(open_client(front))
        for number in range(50):
            client.request("GET", f"/items/{number}", headers={"Host": "cart"})
            answer = client.getresponse()
            assert (answer.status, json.loads(answer.read())["target"]) == (200, f"/items/{number}")
        assert app.connections == 1
    text = cart.ask("/metrics")[1]
    assert "meshc_connections_accepted_total 1\n" in text
    assert "meshc_tls_handshakes_total 1\n" in text
    labels = (
        'direction="inbound",source="spiffe://mesh.test/ns/shop/sa/front",destination="shop/cart"'
    )
    rest = 'operation="read",verdict="allowed",status_class="2xx"'
    assert f"meshc_requests_total{{{labels},{rest}}} 50\n" in text


def test_pipelined_requests_are_answered_in_order(pair: tuple[Proxy, Proxy]) -> None:
    """Requests that arrive in one piece are served one after the other."""
    with application(CART, 9080), socket.create_connection(pair[0].outbound, WAIT) as client:
        client.settimeout(WAIT)
        ask = "GET /items/{} HTTP/1.1\r\nHost: cart\r\n\r\n"
        last = "GET /items/9 HTTP/1.1\r\nHost: cart\r\nConnection: close\r\n\r\n"
        client.sendall(("".join(ask.format(number) for number in range(9)) + last).encode())
        answers = client.makefile("rb").read()
    targets = re.findall(rb'"target": "(/items/\d)"', answers)
    assert targets == [b"/items/%d" % number for number in range(10)]


@pytest.mark.parametrize("chunked", [True, False])
def test_large_bodies_pass_both_ways(pair: tuple[Proxy, Proxy], chunked: bool) -> None:
    """Bodies arrive whole whatever their framing, and a slow reader loses nothing."""
    payload = os.urandom(6 << 20)

    def double(connection: socket.socket, request: Request) -> bool:
        if chunked:
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for at in range(0, len(request.body), 70_000):
                piece = request.body[at : at + 70_000]
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            connection.sendall(b"0\r\n\r\n")
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(payload))
            connection.sendall(request.body)
        return True

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(payload), 50_000):
            yield payload[at : at + 50_000]

    with application(CART, 9080, double), contextlib.ExitStack() as stack:
        client = stack.enter_context(open_client(pair[0]))
        if chunked:
            fields = {"Host": "cart", "Transfer-Encoding": "chunked"}
            client.request("POST", "/items", pieces(), fields, encode_chunked=True)
        else:
            client.request("POST", "/items", payload, {"Host": "cart"})
        answer = client.getresponse()
        got = b""
        while piece := answer.read(10_000):
            got += piece
    assert got == payload


def test_a_dead_application_is_503(pair: tuple[Proxy, Proxy]) -> None:
    """An application that takes no connection is the callee's fault, and said so."""
    status, headers, body = call(pair[0], "cart", "/items/1")
    answer = json.loads(body)
    assert (status, answer["error"], answer["flags"]) == (503, "connect-failure", "UF")
    assert headers["x-meshc-flags"] == "UF"


def test_a_dead_proxy_is_503(bed: Bed) -> None:
    """A destination that takes no connection is tried again, then 503."""
    front = bed.proxy(front_slice(), SHOP)
    status, _, body = call(front, "cart", "/items/1")
    assert (status, json.loads(body)["flags"]) == (503, "UF")


def test_an_application_that_never_answers_is_504(bed: Bed) -> None:
    """The operation's timeout ends the wait."""
    slice_ = cart_slice()
    slice_["inbound"]["operations"][0]["timeoutMs"] = 300
    front, _ = bed.proxy(front_slice(), SHOP), bed.proxy(slice_, CART)
    with application(CART, 9080, lambda *_: True):
        status, _, body = call(front, "cart", "/items/1")
    assert (status, json.loads(body)["flags"]) == (504, "UT")


def test_an_unsound_answer_is_502(pair: tuple[Proxy, Proxy]) -> None:
    """What is no HTTP is not passed on."""

    def lie(connection: socket.socket, _: Request) -> bool:
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"
        )
        return True

    with application(CART, 9080, lie):
        status, _, body = call(pair[0], "cart", "/items/1")
    assert (status, json.loads(body)["flags"]) == (502, "UPE")


@pytest.mark.parametrize("framing", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
def test_a_body_that_breaks_off_is_never_a_clean_end(
    pair: tuple[Proxy, Proxy], framing: bytes
) -> None:
    """The client learns that the answer is not whole."""

    def die(connection: socket.socket, _: Request) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n5\r\nhello\r\n")
        return False

    with application(CART, 9080, die), pytest.raises((http.client.IncompleteRead, ConnectionError)):
        call(pair[0], "cart", "/items/1")


def test_head_and_empty_answers_have_no_body(pair: tuple[Proxy, Proxy]) -> None:
    """HEAD, 204 and 304 end with their head, and the connection lives on."""

    def empty(connection: socket.socket, request: Request) -> bool:
        kind = request.target.rsplit("/", 1)[1]
        more = b"Content-Length: 7\r\n" if kind in {"200", "304"} else b""
        connection.sendall(b"HTTP/1.1 %b Fine\r\n%b\r\n" % (kind.encode(), more))
        return True

    with application(CART, 9080, empty) as app, contextlib.ExitStack() as stack:
        client = stack.enter_context(open_client(pair[0]))
        for method, kind in [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 200)]:
            client.request(method, f"/items/{kind}", headers={"Host": "cart"})
            answer = client.getresponse()
            assert (answer.status, answer.read()) == (kind, b"")
        assert app.connections == 1


def test_continue_is_passed_on(pair: tuple[Proxy, Proxy]) -> None:
    """A client that waits for 100 gets it from the application, then its answer."""

    def patient(connection: socket.socket, request: Request) -> bool:
        return echo(connection, request)

    with (
        application(CART, 9080, patient),
        socket.create_connection(pair[0].outbound, WAIT) as client,
    ):
        client.settimeout(WAIT)
        client.sendall(
            b"POST /items HTTP/1.1\r\nHost: cart\r\nExpect: 100-continue\r\n"
            b"Content-Length: 2\r\n\r\nhi"
        )
        stream = client.makefile("rb")
        assert b" 200 " in stream.readline()


def test_a_request_is_sent_again_when_its_kept_connection_died(pair: tuple[Proxy, Proxy]) -> None:
    """The application closes after every answer unsaid; idempotent requests never fail."""

    def leave(connection: socket.socket, request: Request) -> bool:
        echo(connection, request)
        return False

    with application(CART, 9080, leave):
        for _ in range(30):
            assert call(pair[0], "cart", "/items/1")[0] == 200


@pytest.mark.parametrize(
    ("on", "tries"), [(None, 3), (["connect-failure"], 1), (["refused-stream"], 3)]
)
def test_only_what_the_operation_names_is_tried_again(
    bed: Bed, on: list[str] | None, tries: int
) -> None:
    """An answer that never begins is a refused stream; the callee's proxy asks again."""
    slice_ = cart_slice()
    slice_["inbound"]["operations"][0]["retry"] = {"attempts": 2, "on": on, "perTryMs": None}
    front = bed.proxy(front_slice(), SHOP)
    bed.proxy(slice_, CART)
    with application(CART, 9080, lambda _connection, _request: False) as cart:
        status, headers, _ = call(front, "cart", "/items/1")
        assert (status, headers["x-meshc-flags"], len(cart.seen)) == (503, "UC", tries)


def test_an_instance_that_dies_costs_no_request(bed: Bed) -> None:
    """What one instance cannot take, the other gets; the dead one is left out."""
    to = destination("shop/cart", 8080, CART, OTHER, operations=OPERATIONS)
    front = bed.proxy(slice_of("shop/front", destinations=[to]), SHOP)
    bed.proxy(cart_slice(), CART)
    other = bed.proxy(cart_slice(), OTHER)
    with application(CART, 9080) as one, application(OTHER, 9080) as two:
        for _ in range(10):
            assert call(front, "cart", "/items/1")[0] == 200
        assert (len(one.seen), len(two.seen)) == (5, 5)
        other.process.kill()
        other.process.wait()
        for _ in range(20):
            assert call(front, "cart", "/items/1")[0] == 200
        assert (len(one.seen), len(two.seen)) == (25, 5)


def test_what_is_audited_is_let_through_counted_and_logged(bed: Bed) -> None:
    """An audited deny and an audited service say what they would have refused."""
    slice_ = cart_slice()
    slice_["inbound"]["deny"] = [rule("no-items", audit=True, **{"from": EVERYONE})]
    front = bed.proxy(front_slice(), SHOP)
    cart = bed.proxy(slice_, CART)
    with application(CART, 9080):
        assert call(front, "cart", "/items/1")[0] == 200
        assert call(front, "cart", "/other")[0] == 403
    (line,) = [line for line in cart.lines(verdict="allowed") if "reason" in line]
    would = line["reason"]["would"]
    assert (would["verdict"], would["kind"], would["rule"]) == ("denied", "deny-rule", "no-items")
    assert would["commit"] == line["reason"]["commit"]
    assert "meshc_audited_total 1" in cart.ask("/metrics")[1]


def test_a_workload_that_is_only_audited_refuses_nothing(bed: Bed) -> None:
    """What no rule allows passes, with the reason why it would not."""
    slice_ = cart_slice()
    slice_["inbound"]["audit"] = True
    front = bed.proxy(front_slice(), SHOP)
    cart = bed.proxy(slice_, CART)
    with application(CART, 9080):
        assert call(front, "cart", "/other")[0] == 200
    (line,) = [line for line in cart.lines(verdict="allowed") if "reason" in line]
    assert (line["reason"]["kind"], line["reason"]["would"]["kind"]) == ("audit", "no-rule")


def test_rules_ask_from_where_and_when(bed: Bed) -> None:
    """The connection's own address counts, and the proxy's own clock."""
    week = {"days": [1, 2, 3, 4, 5, 6, 7], "from": 0, "to": 1440, "zone": "UTC0"}
    in_three_days = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).isoweekday()
    slice_ = cart_slice()
    slice_["inbound"]["allow"] = [
        rule("far", "shop/front", operations=["write"], source=["10.0.0.0/8"]),
        rule("then", "shop/front", operations=["rest"], hours=week | {"days": [in_three_days]}),
        rule("now", "shop/front", operations=["read"], source=["127.0.0.0/8"], hours=week),
    ]
    front, cart = bed.proxy(front_slice(), SHOP), bed.proxy(slice_, CART)
    with application(CART, 9080):
        assert call(front, "cart", "/items/1")[0] == 200
        assert call(front, "cart", "/items", "POST", b"x")[0] == 403
        assert call(front, "cart", "/other")[0] == 403
    write, rest = until("two denials", lambda: pair_of(cart.lines(verdict="denied")))
    for line, why in ((write, "source address is 127."), (rest, "it is outside of")):
        assert any(one.startswith(why) for one in line["reason"]["nearest"]["failed"])


def pair_of(lines: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Give two lines once there are two."""
    return lines if len(lines) == 2 else None


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_has_nothing_to_say_against_the_metrics(pair: tuple[Proxy, Proxy]) -> None:
    """The text is what Prometheus reads."""
    with application(CART, 9080):
        assert call(pair[0], "cart", "/items/1")[0] == 200
        assert call(pair[0], "cart", "/nothing")[0] == 403
    for proxy in pair:
        status, text = proxy.ask("/metrics")
        said = subprocess.run(
            ["promtool", "check", "metrics"],
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )
        assert (status, said.returncode, said.stdout + said.stderr) == (200, 0, "")


CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"


def test_hostile_requests_reach_nobody(pair: tuple[Proxy, Proxy]) -> None:
    """What has two readings is refused by the first proxy, and the connection closed."""
    with application(CART, 9080) as app:
        for text in [
            f"POST /items HTTP/1.1\r\nHost: cart\r\nContent-Length: 1\r\n{CHUNKED}0\r\n\r\n",
            "GET /items/1 HTTP/1.1\r\nHost: cart\r\nHost: other\r\n\r\n",
            "GET /items/1 HTTP/1.1\r\nHost : cart\r\n\r\n",
            "GET /items/1 HTTP/1.1\nHost: cart\n\n",
            "CONNECT cart:80 HTTP/1.1\r\nHost: cart:80\r\n\r\n",
        ]:
            with socket.create_connection(pair[0].outbound, WAIT) as client:
                client.settimeout(WAIT)
                client.sendall(text.encode())
                client.shutdown(socket.SHUT_WR)
                assert client.makefile("rb").readline().startswith(b"HTTP/1.1 400 "), text
        assert app.seen == []
