"""What begins and ends by itself while a proxy runs: nobody compiles, nothing is swapped."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from bed import WAIT, Bed, application, call, rule, until
from test_listeners import STORE, echoing, store_slice, user_slice
from test_requests import CART, EVERYONE, SHOP, cart_slice, front_slice

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds in which a bed stands and says its first word.
SOON = 6


def nobody(**more: Any) -> dict[str, Any]:
    """Give a rule of a guardrail against everyone."""
    return rule("guardrail platform/none", **{"from": EVERYONE}, **more)


def test_a_guardrail_denies_requests_from_its_instant_on(bed: Bed) -> None:
    """A waived guardrail is in the slice, and refuses once its waiver is over."""
    since = int(time.time()) + SOON
    slice_ = cart_slice()
    slice_["inbound"]["guardrails"] = [nobody(since=since)]
    front, cart = bed.proxy(front_slice(), SHOP), bed.proxy(slice_, CART)
    before: list[float] = []

    def refused() -> dict[str, Any] | None:
        status, _, body = call(front, "cart", "/items/1")
        if status == 200:
            before.append(time.time())
            return None
        assert status == 403, body
        return dict(json.loads(body))

    with application(CART, 9080) as app:
        answer = until("the guardrail", refused)
        assert time.time() >= since
        assert before
        assert before[-1] < since + 1
        assert len(app.seen) == len(before)
    assert (answer["error"], answer["rule"]) == ("guardrail", "guardrail platform/none")
    assert cart.lines(verdict="denied")


def begins(inbound: dict[str, Any], at: int) -> None:
    """Have a guardrail begin."""
    inbound["guardrails"] = [nobody(since=at)]


def ends(inbound: dict[str, Any], at: int) -> None:
    """Have what allows end."""
    inbound["allow"] = [{**one, "until": at} for one in inbound["allow"]]


@pytest.mark.parametrize(("turn", "kind"), [(begins, "guardrail"), (ends, "no-rule")])
def test_a_stream_is_closed_at_the_instant_its_right_ends(
    bed: Bed, turn: Callable[[dict[str, Any], int], None], kind: str
) -> None:
    """Nothing has to happen on it, and no swap has to come."""
    slice_ = store_slice("shop/front")
    at = int(time.time()) + SOON
    turn(slice_["inbound"], at)
    bed.proxy(user_slice(), SHOP)
    store = bed.proxy(slice_, STORE)
    with echoing(STORE, 9379), socket.create_connection((SHOP, 6379), WAIT) as client:
        client.settimeout(WAIT)
        client.sendall(b"PING")
        assert client.recv(4) == b"PING"
        try:
            rest = client.recv(1)
        except ConnectionError:
            rest = b""
        assert rest == b""
        assert at <= time.time() < at + WAIT
    said = [one.get("reason") for one in store.lines(protocol="tcp", verdict="denied")]
    assert [one["kind"] for one in said if one] == [kind]
