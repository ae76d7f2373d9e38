"""The client behind a gateway: who may say where it is."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any

from bed import WAIT, Bed, application, call, identity, rule
from test_listeners import gateway_slice
from test_requests import CART, SHOP, cart_slice, front_slice

EDGE, OFFICE, ELSEWHERE = "127.31.0.5", "127.31.0.9", "127.31.0.10"


def edge_slice() -> dict[str, Any]:
    """Give the slice of a gateway that listens in plain."""
    slice_ = gateway_slice()
    del slice_["inbound"]["listeners"][1:]
    return slice_


def through_gateway(source: str, **fields: str) -> tuple[int, dict[str, Any]]:
    """Ask the gateway from an address, with further header fields."""
    headers = {"Host": "shop.test"}
    headers |= {name.replace("_", "-"): value for name, value in fields.items()}
    connection = http.client.HTTPConnection(EDGE, 8000, timeout=WAIT, source_address=(source, 0))
    with closing(connection):
        connection.request("GET", "/items/1", headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def limited_cart(**accepts: Any) -> dict[str, Any]:
    """Give the slice of a service that serves the office alone, whoever asks for it."""
    slice_: dict[str, Any] = cart_slice()
    callers = rule("office", "edge/public", "shop/front", operations=["read"])
    slice_["inbound"] |= {
        "allow": [{**callers, "client": [f"{OFFICE}/32"]}],
        "authorities": ["cart", "cart.shop"],
        "gateways": [identity("edge/public")],
    }
    slice_["inbound"] |= accepts
    return slice_


def test_a_service_knows_the_client_that_its_gateway_saw(bed: Bed) -> None:
    """Whatever the client says of itself."""
    bed.proxy(edge_slice(), EDGE)
    cart = bed.proxy(limited_cart(), CART)
    with application(CART, 9080) as app:
        assert through_gateway(OFFICE)[0] == 200
        assert app.seen[-1].header("x-forwarded-for") == OFFICE
        assert through_gateway(OFFICE, X_Forwarded_For=ELSEWHERE)[0] == 200
        for spoofed in ({}, {"X_Forwarded_For": OFFICE}, {"Forwarded": f"for={OFFICE}"}):
            status, said = through_gateway(ELSEWHERE, **spoofed)
            assert (status, said["error"]) == (403, "no-rule")
        assert len(app.seen) == 2
    line, *_ = cart.lines(status=403)
    failed = f"client address is {ELSEWHERE}, rule allows {OFFICE}/32"
    assert line["reason"]["nearest"]["failed"] == [failed]


def test_a_service_that_is_no_gateway_is_not_believed(bed: Bed) -> None:
    """Its client is unknown: no allow rule holds, and a deny rule does."""
    front = bed.proxy(front_slice(), SHOP)
    spoofed = {"X-Forwarded-For": OFFICE}
    cart = bed.proxy(limited_cart(), CART)
    with application(CART, 9080) as app:
        for headers in ({}, spoofed):
            assert call(front, "cart", "/items/1", headers=headers)[0] == 403
        assert app.seen == []
    line, *_ = cart.lines(status=403)
    assert line["reason"]["nearest"]["failed"][0].startswith("client address is unknown")


def test_a_client_that_nobody_knows_is_denied(bed: Bed) -> None:
    """A deny rule for some clients holds for those that are not known."""
    front = bed.proxy(front_slice(), SHOP)
    deny = {**rule("no-elsewhere"), "client": [f"{ELSEWHERE}/32"]}
    deny["from"]["everyone"] = True
    anybody = [rule("all", "edge/public", "shop/front", operations=["read"])]
    bed.proxy(limited_cart(allow=anybody, deny=[deny]), CART)
    bed.proxy(edge_slice(), EDGE)
    with application(CART, 9080) as app:
        assert call(front, "cart", "/items/1", headers={"X-Forwarded-For": OFFICE})[0] == 403
        assert through_gateway(OFFICE)[0] == 200
        status, said = through_gateway(ELSEWHERE)
        assert (status, said["error"]) == (403, "deny-rule")
        assert len(app.seen) == 1


def test_at_a_gateway_the_client_is_the_peer(bed: Bed) -> None:
    """Its own rules see who connects, not what a field says."""
    slice_ = edge_slice()
    for one in slice_["inbound"]["allow"]:
        one["client"] = [f"{OFFICE}/32"]
    bed.proxy(slice_, EDGE)
    bed.proxy(limited_cart(allow=[rule("edge", "edge/public")]), CART)
    with application(CART, 9080) as app:
        assert through_gateway(OFFICE)[0] == 200
        assert through_gateway(ELSEWHERE, X_Forwarded_For=OFFICE)[0] == 403
        assert len(app.seen) == 1


def test_a_process_beside_a_gateway_speaks_for_nobody_else(bed: Bed) -> None:
    """What it sends through the gateway's proxy names itself as the client."""
    gate = bed.proxy(edge_slice(), EDGE)
    bed.proxy(limited_cart(), CART)
    with application(CART, 9080) as app:
        assert call(gate, "cart", "/items/1", headers={"X-Forwarded-For": OFFICE})[0] == 403
        assert app.seen == []
