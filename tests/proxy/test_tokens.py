"""Users' tokens, by real requests: who is let through, who is told, and every attack on the way."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from bed import application, call, destination, rule, slice_of
from test_rate_limits import limit
from test_requests import CART, OPERATIONS, SHOP, cart_slice, front_slice, open_client
from vouching import Issuer, encoded

if TYPE_CHECKING:
    from bed import Bed, Proxy

CORP, PARTNER = Issuer("corp"), Issuer("partner")


def of_user(issuer: str = "corp", *claims: dict[str, Any]) -> dict[str, Any]:
    """Give what a rule asks of a user."""
    return {"user": {"claims": list(claims), "issuer": issuer}}


def has(path: str, value: object) -> dict[str, Any]:
    """Give a condition on a claim that is a list."""
    return {"not": False, "path": path, "test": {"has": value}}


def told() -> dict[str, Any]:
    """Give a service that reads with a user, writes with an administrator of the partner."""
    slice_ = cart_slice()
    forward = [{"claim": "groups", "header": "x-groups"}, {"claim": "sub", "header": "x-user"}]
    slice_["inbound"]["issuers"] = [CORP.declared(forward=forward), PARTNER.declared()]
    admin = of_user("partner", has("groups", "admin"))
    slice_["inbound"]["allow"] = [
        rule("read", "shop/front", operations=["read"], **of_user()),
        rule("write", "shop/front", operations=["write"], **admin),
    ]
    return slice_


@pytest.fixture
def pair(bed: Bed) -> tuple[Proxy, Proxy]:
    """Start the proxy of a caller and that of the service."""
    return bed.proxy(front_slice(), SHOP), bed.proxy(told(), CART)


def ask(
    proxy: Proxy, token: str | None, target: str = "/items/1", method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask with a token."""
    bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
    return call(proxy, "cart", target, method, headers=bearer | headers)


def status(proxy: Proxy, token: str | None, target: str = "/items/1", method: str = "GET") -> int:
    """Ask; gives the status."""
    return ask(proxy, token, target, method)[0]


def test_a_user_is_let_through_and_the_application_is_told(pair: tuple[Proxy, Proxy]) -> None:
    """Declared claims arrive, whatever the caller says in their place does not."""
    front, cart = pair
    forged = {"X-User": "root", "x-groups": "admin"}
    with application(CART, 9080) as app:
        for alg, kid in (("EdDSA", "ed"), ("ES256", "ec"), ("RS256", "rsa")):
            token = CORP.token({"alg": alg, "kid": kid}, groups=["a", "b"], email="a@corp.test")
            assert ask(front, token, **forged)[0] == 200, alg
        token = CORP.token(sub="a\r\nx-user: root")
        assert ask(front, token, **forged)[0] == 200
        fields = [[(name.lower(), value) for name, value in one.headers] for one in app.seen]
    for one in fields[:3]:
        ours = sorted(field for field in one if field[0] in {"x-user", "x-groups"})
        assert ours == [("x-groups", "a,b"), ("x-user", "ann")]
        assert not any("corp.test" in value for name, value in one if name != "authorization")
    assert not {"x-user", "x-groups"} & {name for name, _ in fields[3]}
    line = cart.lines(status=200)[0]
    assert (line["operation"], line["verdict"]) == ("read", "allowed")
    assert "meshc_tokens_verified_total 4" in cart.ask("/metrics")[1]


def test_without_a_token_it_is_401_where_one_would_do(pair: tuple[Proxy, Proxy]) -> None:
    """No user: 401 with a challenge. A user who may not: 403, and what is missing is named."""
    front, _ = pair
    with application(CART, 9080) as app:
        for token in (None, "opaque", "a.b.c", Issuer("else").token()):
            got, headers, body = ask(front, token)
            answer = json.loads(body)
            assert (got, answer["error"], headers["www-authenticate"]) == (401, "no-user", "Bearer")
        got, headers, body = ask(front, PARTNER.token(), "/items", "POST")
        nearest = json.loads(body)["decision"]["nearest"]
        assert (got, nearest["failed"]) == (403, ["claim groups must have `admin`"])
        assert "www-authenticate" not in headers
        assert status(front, PARTNER.token(groups=["admin"]), "/items", "POST") == 200
        assert len(app.seen) == 1


def unsound() -> dict[str, str]:
    """Give tokens of a declared issuer that fail one check each."""
    now = int(time.time())
    good, other = CORP.token(), Issuer("corp")
    head, payload, signature = good.split(".")
    key = json.loads(CORP.keys)["keys"][0]
    return {
        "none": CORP.token({"alg": "none"}),
        "none without signature": CORP.token({"alg": "none"}).rsplit(".", 1)[0] + ".",
        "HS256 with the public key": CORP.token({"alg": "HS256", "kid": "rsa"}),
        "kid of a path": CORP.token({"kid": "../../dev/null"}),
        "kid of a query": CORP.token({"kid": "x' UNION SELECT 'key"}),
        "own key": other.token({"jwk": json.loads(other.keys)["keys"][0]}),
        "own key url": other.token({"jku": "https://evil.test/keys"}),
        "own chain": other.token({"x5u": "https://evil.test/chain", "x5c": ["MIIB"]}),
        "another key": other.token(),
        "another algorithm": CORP.token({"alg": "ES256", "kid": "ed"}),
        "critical": CORP.token({"crit": ["b64"], "b64": False}),
        "no exp": CORP.token(exp=...),
        "exp as text": CORP.token(exp=str(now + 300)),
        "exp too large": CORP.sign(
            {"alg": "EdDSA", "kid": "ed"}, json.dumps(CORP.claims(exp="?")).replace('"?"', "1e400")
        ),
        "expired": CORP.token(exp=now - 62),
        "not yet": CORP.token(nbf=now + 120),
        "issued later": CORP.token(iat=now + 120),
        "another audience": CORP.token(aud="else"),
        "no audience": CORP.token(aud=...),
        "audiences of two types": CORP.token(aud=["shop", 1]),
        "changed": f"{head}.{encoded(json.dumps(CORP.claims(sub='root')).encode())}.{signature}",
        "cut": good[:-2],
        "padded": f"{head}.{payload}.{signature}==",
        "four parts": f"{good}.x",
        "twice the issuer": CORP.sign(
            {"alg": "EdDSA", "kid": "ed"},
            '{"iss":"https://else.test",' + json.dumps(CORP.claims())[1:],
        ),
        "signed by the other issuer": PARTNER.token({"alg": "EdDSA"}, iss=CORP.iss),
        "key in the token": CORP.token({"alg": "EdDSA", "kid": "new", "jwk": key}),
    }


def test_every_unsound_token_is_401_before_anything_else(pair: tuple[Proxy, Proxy]) -> None:
    """Z10 to Z12: whatever fails a check is refused, also where no user is asked for."""
    front, cart = pair
    bad = unsound()
    with application(CART, 9080) as app:
        for what, token in bad.items():
            got, headers, body = ask(front, token)
            assert (got, json.loads(body)["error"]) == (401, "bad-token"), what
            assert headers["www-authenticate"] == 'Bearer error="invalid_token"'
            assert token.encode() not in body
        assert status(front, bad["expired"], "/nothing/here") == 401
        assert app.seen == []
        # Skew: a minute, and not a second more.
        assert status(front, CORP.token(exp=int(time.time()) - 50)) == 200
    text = cart.log.read_text()
    assert not any(token in text for token in bad.values())
    assert f"meshc_tokens_refused_total {len(bad) + 1}" in cart.ask("/metrics")[1]


def test_a_token_of_one_issuer_opens_nothing_for_another(pair: tuple[Proxy, Proxy]) -> None:
    """Z12, Z15: issuers are not mixed, and an absent token satisfies nothing."""
    front, _ = pair
    with application(CART, 9080) as app:
        assert status(front, CORP.token(groups=["admin"]), "/items", "POST") == 403
        assert status(front, PARTNER.token(groups=["admin"])) == 403
        assert status(front, None, "/items", "POST") == 401
        assert app.seen == []


def test_several_authorization_fields_are_refused(pair: tuple[Proxy, Proxy]) -> None:
    """An application may read any of them; spellings of the scheme hide nothing either."""
    front, _ = pair
    good = CORP.token()
    with application(CART, 9080) as app, open_client(front) as client:
        for values, wanted in [
            ([f"Bearer {good}", "Basic eDp5"], 401),
            (["Basic eDp5", f"Bearer {good}"], 401),
            ([f"Bearer {good}", f"Bearer {good}"], 401),
            ([f"Bearer {good}, Bearer {good}"], 401),
            ([f"BEARER   {good} "], 200),
            ([f"Basic {good}"], 401),
        ]:
            client.putrequest("GET", "/items/1", skip_host=True)
            client.putheader("Host", "cart")
            for value in values:
                client.putheader("Authorization", value)
            client.endheaders()
            answer = client.getresponse()
            answer.read()
            assert answer.status == wanted, values
        assert len(app.seen) == 1


def test_a_header_that_tells_of_users_has_one_spelling(pair: tuple[Proxy, Proxy]) -> None:
    """What an application could take for our word is refused."""
    front, _ = pair
    with application(CART, 9080) as app:
        for name, error in (("X.User", "header-spelling"), ("x_groups", "bad-request")):
            got, _, body = ask(front, CORP.token(), **{name: "root"})
            assert (got, json.loads(body)["error"]) == (400, error)
        assert app.seen == []


def test_no_spelling_of_an_open_path_opens_another(bed: Bed) -> None:
    """Z16: what needs no token is decided by the canonical path."""
    slice_ = told()
    inbound = slice_["inbound"]
    operations = [*OPERATIONS]
    health = json.loads(json.dumps(OPERATIONS[0]))
    health["name"], health["matches"][0]["path"] = "health", "/health"
    inbound["operations"] = sorted([*operations, health], key=lambda one: one["name"])
    inbound["allow"].append(rule("open", "shop/front", operations=["health"]))
    to = destination("shop/cart", 8080, CART, operations=inbound["operations"])
    front = bed.proxy(slice_of("shop/front", destinations=[to]), SHOP)
    bed.proxy(slice_, CART)
    with application(CART, 9080) as app:
        assert [status(front, None, target) for target in ("/health", "/health?x")] == [200, 200]
        for target in [
            "/health/../items/1", "/health/%2e%2e/items/1", "/health/..;/items/1", "/health/",
            "/health%2f..%2fitems/1", "/items/1?/health", "/items/1;/health", "/./items//1",
            "//health/../items/1", "/health%3fx", "/health%23", "/HEALTH",
        ]:  # fmt: skip
            assert status(front, None, target) in {400, 401, 403}, target
        assert {one.target for one in app.seen} == {"/health", "/health?x"}


def test_users_have_an_allowance_each(bed: Bed) -> None:
    """A limit by claim counts each user, through whomever they come, and those without together."""
    slice_ = told()
    per: Any = {"user": {"claim": "sub", "issuer": "corp"}}
    slice_["inbound"]["rateLimits"] = [limit("each", 2, per)]
    slice_["inbound"]["allow"].append(rule("any", "shop/front"))
    front, _ = bed.proxy(front_slice(), SHOP), bed.proxy(slice_, CART)
    with application(CART, 9080):
        ann, bob, nobody = CORP.token(), CORP.token(sub="bob"), CORP.token(sub=...)
        assert [status(front, ann) for _ in range(3)] == [200, 200, 429]
        # Another token of the same user is the same user; the partner's user is none of them.
        assert status(front, CORP.token(jti="2")) == 429
        assert [status(front, bob) for _ in range(3)] == [200, 200, 429]
        others = [None, nobody, PARTNER.token(), CORP.token(sub=["ann"])]
        assert [status(front, token) for token in others] == [200, 200, 429, 429]


def test_tokens_are_not_read_where_no_rule_asks(bed: Bed) -> None:
    """Another service's issuer means nothing here: an unsound token is no token."""
    front, cart = bed.proxy(front_slice(), SHOP), bed.proxy(cart_slice(), CART)
    with application(CART, 9080) as app:
        assert ask(front, unsound()["expired"], **{"X-User": "me"})[0] == 200
        assert ("x-user", "me") in [(name.lower(), value) for name, value in app.seen[0].headers]
    assert "meshc_tokens_refused_total 0" in cart.ask("/metrics")[1]
