"""From a certificate in the repository to a handshake, and back: federation end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bed import Authority, application, until, visit
from test_together import CART, ask, proxy

if TYPE_CHECKING:
    from pathlib import Path

    from controlled import Site

pytestmark = pytest.mark.process
CALLER = "spiffe://partner.test/ns/orders/sa/web"
FEDERATION = "  federation: [{trustDomain: partner.test, bundle: {file: trust/partner.pem}}]\n"
RULE = f'    - {{name: partner, from: [{{identity: "{CALLER}"}}], operations: [read]}}\n'


def test_a_partner_comes_in_while_the_repository_says_so(site: Site, tmp_path: Path) -> None:
    """A commit opens the handshake, the next one closes it for new connections."""
    partner = Authority("partner.test")
    mesh, cart = site.folder / "repo/mesh.yaml", site.folder / "repo/shop/cart.yaml"
    before = mesh.read_text(), cart.read_text()
    bundle = site.folder / "repo/trust/partner.pem"
    bundle.parent.mkdir()
    bundle.write_bytes(partner.bundle)
    (bundle.parent / "link.pem").symlink_to("partner.pem")
    mesh.write_text(before[0].rstrip() + "\n" + FEDERATION)
    assert "  allow:\n" in before[1]
    cart.write_text(before[1].replace("  allow:\n", f"  allow:\n{RULE}"))
    site.commit()

    def status() -> int:
        at, headers = (CART, 8080), {"Host": "cart"}
        return visit(at, partner.issue(CALLER), tmp_path, headers, "/carts/ann")[0]

    with site.running():
        site.until(lambda found: found["commit"])
        with proxy(site, "shop/cart", CART), application(CART, 9080) as app:
            assert status() == 200
            assert len(app.seen) == 1
            mesh.write_text(before[0])
            cart.write_text(before[1])
            commit = site.commit()
            until("the new snapshot", lambda: commit in ask(CART, "/snapshot")[1])
            assert status() == 0
            assert len(app.seen) == 1
