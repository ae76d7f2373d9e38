"""Rate limits, by real requests; rates are so low that nothing comes back during a test."""

from __future__ import annotations

import concurrent.futures
import json
from typing import TYPE_CHECKING, Any

from bed import application, call, destination, identity, listener, rule, slice_of
from test_requests import CART, OPERATIONS, OTHER, SHOP, cart_slice, front_slice

if TYPE_CHECKING:
    from bed import Bed, Proxy

HOUR = 3_600_000


def limit(name: str, burst: int, per: str, *operations: str) -> dict[str, Any]:
    """Give a limit of one request an hour, and some at once."""
    named = sorted(operations) or None
    count = {"burst": burst, "count": 1, "periodMs": HOUR}
    return {"name": name, "operations": named, "per": per} | count


def limited(*limits: dict[str, Any]) -> dict[str, Any]:
    """Give the slice of a service of two callers with these limits."""
    slice_ = cart_slice()
    slice_["inbound"]["rateLimits"] = list(limits)
    callers = ("shop/front", "shop/other")
    slice_["inbound"]["allow"] = [rule("both", *callers, operations=["read", "write"])]
    return slice_


def other(bed: Bed) -> Proxy:
    """Start the proxy of the second caller."""
    to = destination("shop/cart", 8080, CART, operations=OPERATIONS)
    return bed.proxy(slice_of("shop/other", destinations=[to]), OTHER)


def statuses(proxy: Proxy, count: int, method: str = "GET") -> list[int]:
    """Send some requests, one after the other."""
    target = "/items" if method == "POST" else "/items/1"
    return [call(proxy, "cart", target, method)[0] for _ in range(count)]


def test_a_caller_that_has_used_up_its_allowance_waits_and_no_other_does(bed: Bed) -> None:
    """The burst passes, then 429 says when to come again, by which limit, and why."""
    front, cart = bed.proxy(front_slice(), SHOP), bed.proxy(limited(limit("l", 3, "caller")), CART)
    second = other(bed)
    with application(CART, 9080) as app:
        assert statuses(front, 3) == [200] * 3
        status, headers, body = call(front, "cart", "/items/1")
        assert statuses(second, 4) == [200, 200, 200, 429]
        assert len(app.seen) == 6
    answer = json.loads(body)
    assert (status, answer["error"], answer["flags"]) == (429, "rate-limit", "RL")
    assert (answer["rule"], answer["decision"]["operation"]) == ("l", "read")
    assert 3_500 < int(headers["retry-after"]) <= 3_600
    line = cart.lines(status=429, source=identity("shop/front"))[0]
    assert (line["verdict"], line["flags"], line["operation"]) == ("limited", "RL", "read")
    assert (line["reason"]["rule"], line["reason"]["kind"]) == ("l", "rate-limit")
    labels = f'direction="inbound",source="{identity("shop/front")}",destination="shop/cart"'
    counted = f'{labels},operation="read",verdict="limited",status_class="4xx"}} 1\n'
    assert counted in cart.ask("/metrics")[1]
    assert json.loads(cart.ask("/denials")[1]) == []


def test_a_total_is_everybodys_whichever_thread_serves_them(bed: Bed) -> None:
    """Of many requests at once, over connections of their own, the burst passes and no more."""
    front = bed.proxy(front_slice(), SHOP)
    bed.proxy(limited(limit("l", 20, "total")), CART)
    second = other(bed)
    with application(CART, 9080) as app, concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(call, (front, second)[n % 2], "cart", "/items/1") for n in range(60)]
        found = sorted(one.result()[0] for one in asked)
        assert found == [200] * 20 + [429] * 40
        assert len(app.seen) == 20


def test_what_is_denied_or_limited_elsewhere_is_not_charged(bed: Bed) -> None:
    """A denial costs nothing, nor does a request that another limit refuses."""
    all_ = limit("all", 4, "total")
    front = bed.proxy(front_slice(), SHOP)
    bed.proxy(limited(all_, limit("writes", 1, "caller", "write")), CART)
    with application(CART, 9080) as app:
        assert [call(front, "cart", "/other")[0] for _ in range(6)] == [403] * 6
        assert statuses(front, 4, "POST") == [200, 429, 429, 429]
        assert statuses(front, 4) == [200, 200, 200, 429]
        assert len(app.seen) == 4


def test_a_gateway_limits_what_it_routes_and_tells_strangers_no_rule(bed: Bed) -> None:
    """Outsiders without identity are counted together; what has no route costs nothing."""
    web = listener("web", 8088, 8088, tls="none")
    route = {"destination": "shop/cart", "hosts": [], "name": "r", "operation": None}
    edge = slice_of(
        "shop/front",
        authorities=[],
        listeners=[web],
        allow=[rule("public", "anonymous")],
        rateLimits=[limit("edge", 2, "caller")],
        routes=[route | {"matches": OPERATIONS[0]["matches"]}],
        destinations=[destination("shop/cart", 8080, CART, operations=OPERATIONS)],
    )
    gateway, behind = bed.proxy(edge, SHOP), cart_slice()
    behind["inbound"]["authorities"] = ["cart.shop"]
    bed.proxy(behind, CART)
    gateway.outbound = (SHOP, 8088)
    with application(CART, 9080) as app:
        assert [call(gateway, "shop.test", "/none")[0] for _ in range(3)] == [404] * 3
        found = [call(gateway, "shop.test", "/items/1") for _ in range(3)]
        assert [status for status, _, _ in found] == [200, 200, 429]
        assert len(app.seen) == 2
    assert b"edge" not in found[-1][2]
    assert int(found[-1][1]["retry-after"]) > 0
