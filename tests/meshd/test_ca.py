"""The certificate authority: what a leaf says, which requests and tokens are refused."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from meshd import ca
from meshd.state import Damaged

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
IDENTITY = "spiffe://shop.test/ns/shop/sa/web"


@pytest.fixture
def authority(tmp_path: Path) -> ca.Authority:
    return ca.Authority.open(tmp_path / "ca", "shop.test")


@pytest.fixture
def leaf(authority: ca.Authority) -> x509.Certificate:
    _, request = ca.new_request()
    return x509.load_pem_x509_certificate(
        authority.issue("ns/shop/sa/web", request, NOW).certificate
    )


def test_a_leaf_has_the_profile_of_an_x509_svid(
    authority: ca.Authority, leaf: x509.Certificate
) -> None:
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert list(names.value) == [x509.UniformResourceIdentifier(IDENTITY)]
    assert names.critical  # the subject is empty (RFC 5280, 4.2.1.6)
    assert list(leaf.subject) == []
    basic = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca) == (True, False)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert not usage.value.crl_sign
    assert leaf.not_valid_after_utc == NOW + dt.timedelta(hours=1)
    assert leaf.not_valid_before_utc == NOW - ca.BACKDATED
    root = x509.load_pem_x509_certificate(authority.bundle())
    leaf.verify_directly_issued_by(root)


def test_openssl_accepts_the_chain(
    authority: ca.Authority, leaf: x509.Certificate, tmp_path: Path
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on PATH")
    (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    words = ["openssl", "verify", "-x509_strict", "-purpose", "sslclient"]
    done = subprocess.run(
        [*words, "-CAfile", authority.folder / "root.pem", tmp_path / "leaf.pem"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "root of all")])
    wished = x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier("spiffe://shop.test/ns/shop/sa/admin")]
    )
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    made = builder.add_extension(wished, critical=False).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def test_nothing_but_the_key_is_taken_from_a_request(authority: ca.Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issued = authority.issue("ns/shop/sa/web", pem(key), NOW)
    made = x509.load_pem_x509_certificate(issued.certificate)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.UniformResourceIdentifier(IDENTITY)]
    assert list(made.subject) == []
    assert made.public_key() == key.public_key()


def forged() -> bytes:
    """Give a request whose signature is of another request."""
    _, request = ca.new_request()
    content = x509.load_pem_x509_csr(request).public_bytes(serialization.Encoding.DER)
    broken = content[:-1] + bytes([content[-1] ^ 1])
    loaded = x509.load_der_x509_csr(broken)
    return loaded.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    ("request_pem", "said"),
    [
        (b"nothing", "is none"),
        (b"", "is none"),
        (pem(ec.generate_private_key(ec.SECP192R1())), "256 bits"),
        (pem(rsa.generate_private_key(65537, 2048)), "elliptic-curve"),
        (forged(), "not signed by its own key"),
    ],
    ids=["text", "empty", "weak", "rsa", "forged"],
)
def test_a_bad_request_is_denied(authority: ca.Authority, request_pem: bytes, said: str) -> None:
    with pytest.raises(ca.Denied, match=said):
        authority.issue("ns/shop/sa/web", request_pem, NOW)


def test_a_token_works_once_for_its_workload_and_for_a_day(tmp_path: Path) -> None:
    token = ca.new_token(tmp_path, "shop/web", 1000.0)
    assert all(token not in one.read_text() + one.name for one in tmp_path.iterdir())
    with pytest.raises(ca.Denied, match="not known"):
        ca.use_token(tmp_path, "guess", "shop/web", 1000.0)
    with pytest.raises(ca.Denied, match="not one of `shop/cart`"):
        ca.use_token(tmp_path, token, "shop/cart", 1000.0)
    with pytest.raises(ca.Denied, match="too old"):
        ca.use_token(tmp_path, token, "shop/web", 1001.0 + ca.TOKEN_SECONDS)
    ca.use_token(tmp_path, token, "shop/web", 1000.0)
    with pytest.raises(ca.Denied, match="was used"):
        ca.use_token(tmp_path, token, "shop/web", 1000.0)


def test_a_key_that_others_can_read_is_refused(authority: ca.Authority) -> None:
    key = authority.folder / "root.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(Damaged, match="can be read by others"):
        ca.Authority.open(authority.folder, None)


def test_an_authority_stays_that_of_its_trust_domain(authority: ca.Authority) -> None:
    assert ca.Authority.open(authority.folder, None).trust_domain == "shop.test"
    with pytest.raises(Damaged, match=r"is the authority of shop\.test"):
        ca.Authority.open(authority.folder, "other.test")
