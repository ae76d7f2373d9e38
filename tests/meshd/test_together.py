"""Controller and proxies as processes: joining, renewing, outages, catching up."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from bed import WAIT, application, until
from controlled import CLEAN
from cryptography import x509
from joined import ask, proxy

if TYPE_CHECKING:
    from pathlib import Path

    from controlled import Site

pytestmark = pytest.mark.process
FRONTEND, CART = "127.32.0.1", "127.20.0.12"
"""Addresses of this test; that of the callee is the one its intent says."""


def serial(folder: Path) -> int:
    """Give the serial number of a proxy's certificate."""
    pem = (folder / "identity/certificate.pem").read_bytes()
    return x509.load_pem_x509_certificate(pem).serial_number


def test_certificates_are_renewed_under_way_and_no_connection_ends(site: Site) -> None:
    """At half of its life a certificate is replaced; what runs, runs on."""
    site = replace(site, more=("--leaf-lifetime", "4"))
    site.commit()
    with site.running():
        site.until(lambda status: status["commit"])
        with (
            proxy(site, "shop/frontend", FRONTEND) as front,
            proxy(site, "shop/cart", CART) as cart,
            application(CART, 9080) as app,
            closing(http.client.HTTPConnection(FRONTEND, 15001, timeout=WAIT)) as client,
        ):
            first = serial(front), serial(cart)

            def renewed() -> bool:
                client.request("GET", "/carts/ann", headers={"Host": "cart"})
                answer = client.getresponse()
                answer.read()
                assert answer.status == 200
                assert client.sock is not None
                mine = client.sock.getsockname()
                assert ports.setdefault("port", mine) == mine
                now = serial(front), serial(cart)
                return all(one != other for one, other in zip(first, now, strict=True))

            ports: dict[str, object] = {}
            until("both certificates are new", renewed)
            (handshakes,) = (
                line.split()[1]
                for line in ask(CART, "/metrics")[1].splitlines()
                if line.startswith("meshc_tls_handshakes_total")
            )
            assert int(handshakes) == 1
            assert app.connections == 1


def test_a_controller_that_was_killed_is_awaited_and_caught_up_with(site: Site) -> None:
    """Without a controller the proxies go on; with it back, the next commit arrives."""
    site.commit()
    with site.running() as controller:
        site.until(lambda status: status["commit"])
        with proxy(site, "shop/cart", CART):
            before = ask(CART, "/snapshot")[1]
            controller.send_signal(signal.SIGKILL)
            controller.wait(WAIT)
            assert ask(CART, "/snapshot")[1] == before
            file = site.folder / "repo/shop/cart.yaml"
            file.write_text(
                file.read_text().replace(
                    "owner: orders", "owner: orders\n  requests: {timeout: 9s}"
                )
            )
            commit = site.commit()
            with site.running():
                site.until(lambda status: status["commit"] == commit)
                until("the new snapshot", lambda: commit in ask(CART, "/snapshot")[1])


def test_a_swap_refills_no_rate_limit(site: Site) -> None:
    """What a caller has used up stays used up under the next snapshot."""
    file = site.folder / "repo/shop/cart.yaml"
    limit = "owner: orders\n  rateLimits: [{name: slow, per: caller, rate: 1/h, burst: 3}]"
    file.write_text(file.read_text().replace("owner: orders", limit))
    site.commit()
    with site.running():
        site.until(lambda status: status["commit"])
        with (
            proxy(site, "shop/frontend", FRONTEND),
            proxy(site, "shop/cart", CART),
            application(CART, 9080) as app,
        ):

            def status() -> int:
                with closing(http.client.HTTPConnection(FRONTEND, 15001, timeout=WAIT)) as client:
                    client.request("GET", "/carts/ann", headers={"Host": "cart"})
                    return client.getresponse().status

            assert [status() for _ in range(4)] == [200, 200, 200, 429]
            other = "owner: orders\n  requests: {timeout: 9s}"
            file.write_text(file.read_text().replace("owner: orders", other))
            commit = site.commit()
            for address in (FRONTEND, CART):
                until("the new snapshot", lambda at=address: commit in ask(at, "/snapshot")[1])
            assert status() == 429
            file.write_text(file.read_text().replace("burst: 3", "burst: 4"))
            commit = site.commit()
            for address in (FRONTEND, CART):
                until("the new limit", lambda at=address: commit in ask(at, "/snapshot")[1])
            assert status() == 200, "a limit that was changed is another one"
            assert len(app.seen) == 4


def counted(status: dict[str, Any]) -> int:
    """Count the requests that audited rules would have decided otherwise."""
    return sum(item["count"] for one in status["proxies"] for item in one["audited"])


def test_status_shows_what_an_audited_rule_would_do(site: Site) -> None:
    """Requests that an audited rule would deny are let through, and told of with file and line."""
    file = site.folder / "repo/shop/cart.yaml"
    deny = "owner: orders\n  deny: [{name: soon, enforce: audit, match: ['GET /carts/**']}]"
    file.write_text(file.read_text().replace("owner: orders", deny))
    site.commit()
    with site.running():
        site.until(lambda status: status["commit"])
        with (
            proxy(site, "shop/frontend", FRONTEND),
            proxy(site, "shop/cart", CART),
            application(CART, 9080),
        ):
            for _ in range(3):
                with closing(http.client.HTTPConnection(FRONTEND, 15001, timeout=WAIT)) as client:
                    client.request("GET", "/carts/ann", headers={"Host": "cart"})
                    assert client.getresponse().status == 200
            site.until(lambda status: counted(status) == 3)
            command = [sys.executable, "-m", "meshc", "status", "--state", str(site.state)]
            said = subprocess.run(
                command, env=CLEAN, check=False, capture_output=True, text=True
            ).stdout
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "soon" in text)
    wanted = f"shop/cart  3 requests would be denied: deny-rule `soon` (shop/cart.yaml:{line})"
    assert f"audited\n  {wanted}\n" in said
