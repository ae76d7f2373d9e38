"""Keys of issuers that are fetched: over real TLS, kept, renewed, and never from inside."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import ipaddress
import json
import ssl
import threading
from typing import TYPE_CHECKING, Any

import pytest
from bed import application, pem, until
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from test_requests import CART, SHOP, cart_slice, front_slice
from test_tokens import of_user, status
from vouching import Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bed import Bed, Proxy

PUBLISHER = "127.31.0.9"
PORT = 9443


class Publisher:
    """An https server that publishes one key set."""

    def __init__(self, folder: Path) -> None:
        self.document = ""
        self.asked = 0
        self.roots = folder / "publisher.pem"
        self.key = folder / "publisher.key"
        certify(self.roots, self.key)
        self.server: http.server.ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Begin to listen."""
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked += 1
                body = publisher.document.encode()
                self.send_response(200 if body else 500)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer((PUBLISHER, PORT), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.roots, self.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Be gone."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self) -> str:
        """Give where the keys are."""
        return f"https://{PUBLISHER}:{PORT}/keys"


def certify(certificate: Path, key: Path) -> None:
    """Write a certificate that vouches for itself, and its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "publisher")])
    address = x509.IPAddress(ipaddress.ip_address(PUBLISHER))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(pem(private))


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    """Give a publisher that listens."""
    made = Publisher(tmp_path)
    made.start()
    yield made
    with contextlib.suppress(OSError):
        made.stop()


def slice_of_keys(issuer: Issuer, url: str) -> dict[str, Any]:
    """Give a service that reads tokens of an issuer whose keys are at a URL."""
    slice_ = cart_slice()
    keys = {"url": {"refreshSeconds": 3600, "url": url}}
    slice_["inbound"]["issuers"] = [issuer.declared(keys=keys)]
    slice_["inbound"]["allow"][0] |= of_user()
    return slice_


def cart(bed: Bed, slice_: dict[str, Any], publisher: Publisher, *more: str) -> Proxy:
    """Start the proxy of the service."""
    return bed.proxy(slice_, CART, "--key-roots", str(publisher.roots), *more)


def standing(proxy: Proxy) -> dict[str, Any]:
    """Say how the only URL stands."""
    (one,) = json.loads(proxy.ask("/keys")[1])
    found: dict[str, Any] = one
    return found


INSIDE = ("--key-network", "127.31.0.0/24")


def test_keys_are_fetched_renewed_and_outlive_their_publisher(
    bed: Bed, publisher: Publisher
) -> None:
    """A new key is found when a token names it; what is gone or unusable replaces nothing."""
    issuer = Issuer()
    publisher.document = issuer.keys
    slice_ = slice_of_keys(issuer, publisher.url)
    front, own = bed.proxy(front_slice(), SHOP), cart(bed, slice_, publisher, *INSIDE)
    with application(CART, 9080):
        until("the keys", lambda: standing(own)["keys"] == 3)
        assert status(front, issuer.token()) == 200
        # The issuer begins to sign with a key that it has just published.
        newer = Issuer()
        published = json.loads(issuer.keys)["keys"]
        published.append({**json.loads(newer.keys)["keys"][0], "kid": "new"})
        publisher.document = json.dumps({"keys": published})
        token = newer.token({"kid": "new"})
        assert status(front, token) == 401
        until("the new key", lambda: status(front, token) == 200)
        assert publisher.asked == 2
        # Anybody may name keys: that fetches nothing more within a minute.
        for name in ("a", "b", "c"):
            assert status(front, newer.token({"kid": name})) == 401
        assert publisher.asked == 2
        # A proxy that starts without the publisher has the last good keys.
        publisher.stop()
        own.stop()
        again = bed.again(own)
        assert status(front, token) == 200
        assert standing(again)["keys"] == 4


def test_without_keys_every_token_is_refused(bed: Bed, publisher: Publisher) -> None:
    """Z13: an issuer that publishes nothing sound has no key to fall back on."""
    issuer = Issuer()
    slice_ = slice_of_keys(issuer, publisher.url)
    front, own = bed.proxy(front_slice(), SHOP), cart(bed, slice_, publisher, *INSIDE)
    with application(CART, 9080) as app:
        until("a fault", lambda: standing(own)["fault"])
        assert [status(front, issuer.token()), status(front, None)] == [401, 401]
        assert app.seen == []
    (line, *_) = own.lines(status=401)
    assert "could not be fetched" in line["why"]


def test_keys_are_never_fetched_from_inside(bed: Bed, publisher: Publisher) -> None:
    """Z14: only whoever runs the proxy can open a private network to it."""
    issuer = Issuer()
    publisher.document = issuer.keys
    slice_ = slice_of_keys(issuer, publisher.url)
    front, own = bed.proxy(front_slice(), SHOP), cart(bed, slice_, publisher)
    with application(CART, 9080):
        fault = until("a fault", lambda: standing(own)["fault"])
        assert PUBLISHER in fault
        assert status(front, issuer.token()) == 401
    assert publisher.asked == 0


def test_without_roots_a_snapshot_that_needs_them_is_refused(bed: Bed, tmp_path: Path) -> None:
    """Verification with nothing to verify against is an error, and said at once."""
    slice_ = slice_of_keys(Issuer(), "https://keys.test/keys")
    started = bed.start(slice_, CART, "--key-roots", str(tmp_path / "nothing.pem"))
    assert started.process.wait(10) != 0
    said = started.errors.read_text()
    assert "nothing.pem" in said
    assert "Traceback" not in said
    assert "panicked" not in said
