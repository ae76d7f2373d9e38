"""The built-in certificate authority: one root, leaves of an hour (SPIFFE X.509-SVID).

The identity of a leaf is decided here; nothing but the public key is taken from a request.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from meshc.snapshot import atomic
from meshd.state import Damaged, load_private, private_pem

if TYPE_CHECKING:
    from pathlib import Path

ROOT_DAYS = 3650
LEAF = dt.timedelta(hours=1)
BACKDATED = dt.timedelta(seconds=60)
"""How far before now a certificate begins, for clocks that run behind."""
TOKEN_SECONDS = 24 * 3600
"""How long a join token waits for its workload."""
KEY_BITS = 256


class Denied(Exception):
    """A request for a certificate that is not granted, and why."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate: the chain (leaf first) and the roots as PEM; its end in Unix seconds."""

    certificate: bytes
    bundle: bytes
    not_after: int


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of one trust domain, kept in a folder."""

    folder: Path
    trust_domain: str
    leaf: dt.timedelta = LEAF
    """How long a certificate of a workload is valid; proxies renew theirs at half of it."""

    @classmethod
    def open(cls, folder: Path, trust_domain: str | None, leaf: dt.timedelta = LEAF) -> Authority:
        """Open the authority of a folder, or make one; raises `Damaged`."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        root = folder / "root.pem"
        if not root.exists():
            if trust_domain is None:
                raise Damaged(f"{folder} holds no authority yet; name a trust domain")
            make_root(folder, trust_domain)
        found = domain_of(x509.load_pem_x509_certificate(root.read_bytes()))
        if trust_domain not in {None, found}:
            raise Damaged(f"{folder} is the authority of {found}, not of {trust_domain}")
        load_private(folder / "root.key")
        return cls(folder, found, leaf)

    def bundle(self) -> bytes:
        """Give the roots as PEM."""
        return (self.folder / "root.pem").read_bytes()

    def issue(self, path: str, request: bytes, now: dt.datetime) -> Issued:
        """Sign a certificate for `spiffe://<trust domain>/<path>` with a request's public key.

        Raises `Denied` for a request that is none, is not signed by its key, or has a weak key.
        """
        key = load_private(self.folder / "root.key")
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise Damaged(f"{self.folder}/root.key is not an elliptic-curve key")
        root = x509.load_pem_x509_certificate(self.bundle())
        public = public_key(request)
        leaf = profile(
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(root.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(now + self.leaf),
            f"spiffe://{self.trust_domain}/{path}",
            public,
            root,
        ).sign(key, hashes.SHA256())
        pem = leaf.public_bytes(serialization.Encoding.PEM)
        return Issued(pem, self.bundle(), int((now + self.leaf).timestamp()))


def public_key(request: bytes) -> ec.EllipticCurvePublicKey:
    """Give the public key of a certificate request in PEM; raises `Denied`."""
    try:
        read = x509.load_pem_x509_csr(request)
    except ValueError:
        raise Denied("the certificate request is none") from None
    key = read.public_key()
    if not read.is_signature_valid:
        raise Denied("the certificate request is not signed by its own key")
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.key_size < KEY_BITS:
        raise Denied("the key is not an elliptic-curve key of at least 256 bits")
    return key


def profile(
    builder: x509.CertificateBuilder,
    identity: str,
    public: ec.EllipticCurvePublicKey,
    root: x509.Certificate,
) -> x509.CertificateBuilder:
    """Add the extensions of a leaf (X509-SVID, sections 2 to 4)."""
    return (
        builder.add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]), critical=True
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
    )


def usage(*, signs: bool) -> x509.KeyUsage:
    """Give the key usage of a signer of certificates, or of a leaf."""
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def make_root(folder: Path, trust_domain: str) -> None:
    """Make the root of a trust domain; its key is written before its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"meshc {trust_domain}"[:64])])
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + dt.timedelta(days=ROOT_DAYS))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier(f"spiffe://{trust_domain}")]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    atomic.write(folder / "root.key", private_pem(key), atomic.OWNER_ONLY)
    atomic.write(folder / "root.pem", root.public_bytes(serialization.Encoding.PEM))


def domain_of(root: x509.Certificate) -> str:
    """Give the trust domain that a root speaks for."""
    names = root.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = names.get_values_for_type(x509.UniformResourceIdentifier)
    return found[0].removeprefix("spiffe://")


def new_request() -> tuple[bytes, bytes]:
    """Make a key and a certificate request for it, both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = request.sign(key, hashes.SHA256())
    return private_pem(key), signed.public_bytes(serialization.Encoding.PEM)


def new_token(folder: Path, workload: str, now: float) -> str:
    """Make a join token for a workload; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    content = json.dumps({"workload": workload, "until": now + TOKEN_SECONDS})
    name = hashlib.sha256(token.encode()).hexdigest()
    atomic.write(folder / name, content.encode(), atomic.OWNER_ONLY)
    return token


def use_token(folder: Path, token: str, workload: str, now: float) -> None:
    """Use up a join token; raises `Denied`, and then it is as good as before."""
    path = folder / hashlib.sha256(token.encode()).hexdigest()
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        raise Denied("the join token is not known, or was used; ask for a new one") from None
    if not hmac.compare_digest(str(content["workload"]).encode(), workload.encode()):
        raise Denied(f"the join token is not one of `{workload}`")
    if now > content["until"]:
        raise Denied("the join token is too old; ask for a new one")
    try:
        path.unlink()  # whoever removes it has used it
    except FileNotFoundError:
        raise Denied("the join token is not known, or was used; ask for a new one") from None
