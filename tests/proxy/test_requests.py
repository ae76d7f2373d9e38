"""Requests through two real proxies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from bed import Bed, application, call, destination, listener, operation, rule, slice_of

if TYPE_CHECKING:
    from bed import Proxy

SHOP, CART = "127.31.0.1", "127.31.0.2"


def cart_slice() -> dict[str, object]:
    """Give the slice of the service that is called."""
    return slice_of(
        "shop/cart",
        listeners=[listener("http", 8080, 9080)],
        operations=[operation("read", "/items/**", "GET", "HEAD", idempotent=True), operation("write", "/items", "POST")],
        allow=[rule("front", "shop/front", operations=["read", "write"])],
    )


def front_slice() -> dict[str, object]:
    """Give the slice of the caller."""
    operations = cart_slice()["inbound"]["operations"]
    return slice_of("shop/front", destinations=[destination("shop/cart", 8080, CART, operations=operations)])


@pytest.fixture
def pair(bed: Bed) -> tuple[Proxy, Proxy]:
    """Start both proxies."""
    return bed.proxy(front_slice(), SHOP), bed.proxy(cart_slice(), CART)


def test_a_request_goes_through_both(pair: tuple[Proxy, Proxy]) -> None:
    """A request comes out as it went in, but for what only the mesh may say."""
    front, cart = pair
    with application(CART, 9080) as app:
        status, headers, body = call(
            front, "cart", "/items/1?x=%41", headers={"X-Forwarded-Client-Cert": "me", "X-Meshc-Peer": "me", "Accept": "a"}
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
