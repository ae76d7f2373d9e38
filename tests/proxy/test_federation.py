"""Callers of other trust domains, and who may vouch for them."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

import pytest
from bed import Authority, Bed, application, call, identity, visit
from test_requests import CART, SHOP, cart_slice, front_slice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTNER = "partner.test"
NAMED = f"spiffe://{PARTNER}/ns/orders/sa/web"
BELOW = f"spiffe://{PARTNER}/batch/night/1"
STRANGER = f"spiffe://{PARTNER}/ns/orders/sa/other"


@pytest.fixture
def partner() -> Authority:
    """Give the authority of another trust domain."""
    return Authority(PARTNER)


def federated(*authorities: Authority) -> dict[str, Any]:
    """Give the slice of a service that names callers of another trust domain."""
    slice_: dict[str, Any] = cart_slice()
    accepts = slice_["inbound"]
    rule = accepts["allow"][0]
    callers = {"identities": [NAMED], "prefixes": [f"spiffe://{PARTNER}/batch/"]}
    accepts["allow"].append({**rule, "name": "partners", "from": {**rule["from"], **callers}})
    accepts["federated"] = [
        {"bundle": one.bundle.decode(), "trustDomain": one.domain} for one in authorities
    ]
    return slice_


def test_a_caller_of_another_trust_domain_is_admitted_where_a_rule_names_it(
    bed: Bed, partner: Authority, tmp_path: Path
) -> None:
    """Named or below what is named: 200; any other identity of it: 403, and no rule is told."""
    cart = bed.proxy(federated(partner), CART)
    at, headers = (CART, 8080), {"Host": "cart"}
    with application(CART, 9080) as app:
        for caller in (NAMED, BELOW):
            status, _ = visit(at, partner.issue(caller), tmp_path, headers, "/items/1")
            assert status == 200, caller
        status, said = visit(at, partner.issue(STRANGER), tmp_path, headers, "/items/1")
        assert (status, said["error"]) == (403, "no-rule")
        assert "decision" not in said
        ours = bed.authority.issue(identity("shop/elsewhere"))
        status, said = visit(at, ours, tmp_path, headers, "/items/1")
        assert (status, said["error"], "decision" in said) == (403, "no-rule", True)
        assert len(app.seen) == 2
    (line,) = cart.lines(source=STRANGER)
    assert line["reason"]["nearest"]["failed"][0].startswith(f"caller is {STRANGER}, rule allows")
    assert line["reason"]["nearest"]["edit"] == f'add `{{identity: "{STRANGER}"}}` to `from`'


def test_a_partner_vouches_for_nobody_else(bed: Bed, partner: Authority, tmp_path: Path) -> None:
    """Its roots make no identity of ours nor of a third trust domain, ours none of its."""
    third = Authority("third.test")
    cart = bed.proxy(federated(partner, third), CART)
    front = bed.proxy(front_slice(), SHOP)
    forged = [
        partner.issue(identity("shop/front")),
        partner.issue("spiffe://third.test/a"),
        partner.issue("spiffe://unknown.test/a"),
        bed.authority.issue(NAMED),
        third.issue(NAMED),
        Authority(PARTNER).issue(NAMED),
    ]
    with application(CART, 9080) as app:
        for credentials in forged:
            assert visit((CART, 8080), credentials, tmp_path, {"Host": "cart"}) == (0, {})
        assert app.seen == []
        assert call(front, "cart", "/items/1")[0] == 200
    assert len(cart.lines(protocol="tls", verdict="denied")) == len(forged)


def test_without_a_bundle_a_partner_gets_no_connection(
    bed: Bed, partner: Authority, tmp_path: Path
) -> None:
    """A rule alone opens nothing."""
    cart = bed.proxy(federated(), CART)
    assert visit((CART, 8080), partner.issue(NAMED), tmp_path, {"Host": "cart"}) == (0, {})
    (line,) = cart.lines(protocol="tls", verdict="denied")
    assert "another trust domain" in line["why"]


def test_a_partner_is_no_server(bed: Bed, partner: Authority, tmp_path: Path) -> None:
    """What goes out trusts no roots but ours, whoever the slice names as a caller."""
    slice_ = front_slice()
    slice_["inbound"]["federated"] = federated(partner)["inbound"]["federated"]
    slice_["destinations"][0]["identity"] = NAMED
    front = bed.proxy(slice_, SHOP)
    with serving(CART, partner.issue(NAMED), tmp_path):
        assert call(front, "cart", "/items/1")[0] == 503
    (line, *_) = front.lines(protocol="tls")
    assert "another trust domain" in line["why"]


@contextlib.contextmanager
def serving(address: str, credentials: tuple[bytes, bytes], folder: Path) -> Iterator[None]:
    """Shake hands as a server with these credentials, and say nothing."""
    (folder / "server.pem").write_bytes(credentials[0])
    (folder / "server.key").write_bytes(credentials[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    listening = socket.create_server((address, 8080))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = listening.accept()
                with plain, contextlib.suppress(OSError):
                    context.wrap_socket(plain, server_side=True).recv(1)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def test_a_bundle_that_is_none_is_refused_whole(bed: Bed, partner: Authority) -> None:
    """The snapshot is not enforced, and the log says why."""
    slice_ = federated(partner)
    slice_["inbound"]["federated"][0]["bundle"] = "-----BEGIN CERTIFICATE-----\n"
    proxy = bed.start(slice_, CART)
    assert proxy.process.wait(10) != 0
    assert f"the trust bundle of `{PARTNER}` is refused" in proxy.errors.read_text()
