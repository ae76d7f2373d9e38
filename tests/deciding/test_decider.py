"""The public API of decisions."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from meshc.deciding import Decider, Refused, Request, Unanswerable, User
from meshc.repo import Folder

BOUTIQUE = Path(__file__).parents[2] / "examples/boutique"
FRONTEND = "spiffe://boutique.test/ns/shop/sa/frontend"


@pytest.fixture(scope="module")
def shop() -> Decider:
    return Decider.of_folder(BOUTIQUE)


def question(**more: object) -> str:
    return json.dumps(
        {"from": FRONTEND, "method": "GET", "target": "/carts/7", "host": "cart"} | more
    )


def test_one_request_along_its_way(shop: Decider) -> None:
    said = shop.decide(Request(to="shop/cart", sender="shop/frontend", path="/carts/7", now=0))
    assert [step.side for step in said.steps] == ["caller", "callee"]
    assert (said.to_json()["verdict"], said.operation) == ("allowed", "read")
    assert "shop/cart" in shop.workloads


def test_many_requests_a_line_each(shop: Decider) -> None:
    lines = "\n".join([question(), question(method="PATCH"), "{no json", question(target="/../x")])
    answers = [json.loads(line) for line in shop.inbound_lines("shop/cart", lines).splitlines()]
    assert [one["verdict"] for one in answers] == ["allowed", "denied", "error", "bad-request"]
    assert answers[1]["reason"]["nearest"]["rule"] == "shoppers"


def test_outbound_too(shop: Decider) -> None:
    lines = json.dumps({"method": "GET", "target": "/carts/7", "host": "cart"})
    (answer,) = map(json.loads, shop.outbound_lines("shop/frontend", lines).splitlines())
    assert (answer["verdict"], answer["destination"]) == ("allowed", "shop/cart")


def test_a_request_may_be_sent_for_a_user() -> None:
    issuer = b"""---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys: {url: "https://id.corp.test/keys"}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: pay, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations: {refund: {match: ["POST /refunds"]}}
  allow: [{from: [frontend], operations: [refund], user: {issuer: corp}}]
"""
    mesh = Decider.of_files([*Folder(str(BOUTIQUE)).files(), ("pay.yaml", issuer)])
    said = [
        mesh.decide(
            Request("shop/pay", 0, FRONTEND, "POST", "/refunds", user=user)
        ).deciding.answer["status"]
        for user in (None, User("other"), User("corp"), User("corp", {"sub": "ann"}))
    ]
    assert said == [401, 403, 200, 200]


def test_threads_share_one(shop: Decider) -> None:
    lines = "\n".join([question()] * 2_000)
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(shop.inbound_lines("shop/cart", lines)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0].count("\n") == 2_000


def test_what_is_not_there_is_said(shop: Decider) -> None:
    with pytest.raises(Unanswerable, match="did you mean `shop/cart`"):
        shop.inbound_lines("shop/carrt", "")
    with pytest.raises(Refused, match=r"^an error: `Nothing` is not a kind") as refused:
        Decider.of_files([("a.yaml", b"kind: Nothing")])
    assert refused.value.findings
    with pytest.raises(Refused, match=r"^2 errors, the first: "):
        Decider.of_files([("a.yaml", b"kind: Nothing"), ("b.yaml", b"kind: Never")])
