"""Our proxy in each scenario: slice, signed manifest and identity, written for `--offline`."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID

import peers
from meshc._native import needs
from meshc.snapshot import FORMAT, digest, seal

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from oracle.stored import parted  # the plain reference of the form

if TYPE_CHECKING:
    from peers import Setting

ROOT = Path(__file__).resolve().parents[1]
HOST = "server"
DOMAIN = "bench.test"
WORKLOAD = "bench/server"
JSON = dict[str, Any]


def program() -> str | None:
    """Find the optimised proxy: `MESHC_PROXY`, or what `make release` built."""
    built = ROOT / "target/release/meshc-proxy"
    found = os.environ.get("MESHC_PROXY") or (str(built) if built.exists() else None)
    return found or shutil.which("meshc-proxy")


def identity(name: str) -> str:
    """Give the SPIFFE ID of one side."""
    return f"spiffe://{DOMAIN}/ns/bench/sa/{name}"


def certificates(folder: Path) -> None:
    """Write a root, a server and a client certificate, each with a SPIFFE ID."""
    folder.mkdir()
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    root = certificate(root_name, root_name, root_key, root_key, None)
    (folder / "ca.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    for side in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, side)])
        made = certificate(name, root_name, key, root_key, side)
        pem = made.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{side}.pem").write_bytes(pem)
        (folder / f"{side}.key").write_bytes(private)
        (folder / f"{side}.both").write_bytes(pem + private)


def certificate(
    name: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    side: str | None,
) -> x509.Certificate:
    """Make a certificate: a root where there is no side."""
    now = dt.datetime.now(dt.UTC)
    signs = side is None
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(f"spiffe://{DOMAIN}")]
    if side:
        names = [x509.UniformResourceIdentifier(identity(side)), x509.DNSName(side)]
    usage = {"key_encipherment", "data_encipherment", "key_agreement", "content_commitment"}
    flags = dict.fromkeys([*usage, "encipher_only", "decipher_only"], False)
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, **flags
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if side:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(signer, hashes.SHA256())


def command(binary: str, it: Setting) -> list[str]:
    """Write the state folder of a scenario and give the proxy's command."""
    content = outbound(it) if it.mode == "out" else inbound(it)
    places = {
        **{"allow": [[0, 1, 1]] * len(content["inbound"]["allow"]), "deny": [], "format": 2},
        **{"destinations": [], "files": ["bench.yaml"], "operations": [], "routes": []},
        "workload": [0, 1, 1],
    }
    if it.mode == "out":
        places["destinations"] = [{"calls": [[0, 1, 1]], "traffic": []}]
    slice_, callees = parted(content)
    blobs = [slice_, canonical(places)]
    key = Ed25519PrivateKey.generate()
    payload = manifest(content["workload"], *blobs, callees)
    state = it.folder / "state"
    (state / "current/callees").mkdir(parents=True)
    for name, blob in callees.items():
        (state / "current/callees" / name).write_bytes(blob)
    (state / "current/envelope.json").write_bytes(seal(payload, key))
    (state / "current/slice.json").write_bytes(blobs[0])
    (state / "current/places.json").write_bytes(blobs[1])
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (it.folder / "signing.pub").write_bytes(public)
    side = "client" if it.mode == "out" else "server"
    (state / "identity").mkdir()
    for name, source in (
        ("certificate", f"{side}.pem"),
        ("key", f"{side}.key"),
        ("bundle", "ca.pem"),
    ):
        shutil.copy(it.certificates / source, state / f"identity/{name}.pem")
        (state / f"identity/{name}.pem").chmod(0o600)
    words = [binary, "--offline", "--state", str(state), "--workload", content["workload"]]
    words += ["--address", "127.0.0.1", "--app", "127.0.0.1", "--threads", "1"]
    words += ["--snapshot-key", str(it.folder / "signing.pub"), "--log", "/dev/null"]
    words += ["--admin", f"127.0.0.1:{it.listen + 1 if it.listen < 65535 else 20000}"]
    if it.mode == "out":
        words += ["--outbound", f"127.0.0.1:{it.listen}"]
    return words


def canonical(content: JSON) -> bytes:
    """Write RFC 8785 JSON of integers and ASCII keys."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def manifest(workload: str, slice_: bytes, places: bytes, callees: dict[str, bytes]) -> bytes:
    """Give the manifest of one slice that was written here and not compiled."""
    entry = {"places": digest(places), "slice": digest(slice_), "workload": workload}
    return canonical(
        {
            **{"capabilities": needs(slice_, callees), "commit": "0" * 40, "compiler": "bench"},
            **{"format": FORMAT, "height": 1, "parent": None, "slices": [entry]},
            "trustDomain": DOMAIN,
        }
    )


def inbound(it: Setting) -> JSON:
    """Give the slice of a workload that hands requests to its application."""
    listener = {
        **{"certificate": None, "hosts": [], "name": "api", "port": it.listen},
        **{"protocol": "http", "target": it.upstream},
        "tls": "mutual" if it.mode == "in" else "none",
    }
    everyone = {"anonymous": it.mode != "in", "anyone": it.mode == "in", "everyone": False}
    rules = [rule("all", {**everyone, "identities": [], "namespaces": []}, None)]
    operations = []
    if it.mode == "policy":
        operations = [operation(f"svc{n:03d}", f"/svc{n:03d}/**") for n in range(peers.ROUTES)]
        named = [(f"r{n}", *peers.rule(n)) for n in range(peers.RULES)]
        rules = [
            rule(name, allowed(who), [path.strip("/")], [caller(who)]) for name, who, path in named
        ]
    if it.rules:
        operations = [operation(f"svc{n:03d}", f"/svc{n:03d}/**") for n in range(peers.ROUTES)]
        rules = [known(n, it.rules) for n in range(it.rules)]
    return whole(
        WORKLOAD,
        identity("server"),
        {"allow": rules, "authorities": [HOST], "listeners": [listener], "operations": operations},
        [],
    )


def known(number: int, count: int) -> JSON:
    """Give a rule for a caller by identity; the last one of each operation names the client."""
    last = number >= count - peers.ROUTES
    who = {
        **{"anonymous": False, "anyone": False, "everyone": False, "namespaces": []},
        "identities": [identity("client" if last else f"caller{number}")],
    }
    return rule(f"r{number}", who, [f"svc{number % peers.ROUTES:03d}"])


def outbound(it: Setting) -> JSON:
    """Give the slice of a workload that calls another over mutual TLS."""
    destination = {
        **{"authorities": [HOST], "calls": [{"operation": None, "timeoutMs": None}]},
        "clusters": [{"endpoints": [{"address": "127.0.0.1", "zone": None}], "name": ""}],
        **{"identity": identity("server"), "operations": [], "readings": ["plain", "matrix"]},
        "ports": [{"name": "api", "port": it.upstream, "protocol": "http"}],
        **{"traffic": [], "workload": WORKLOAD},
    }
    own = {"allow": [], "authorities": ["client"], "listeners": [], "operations": []}
    return whole("bench/client", identity("client"), own, [destination])


def whole(workload: str, who: str, accepts: JSON, destinations: list[JSON]) -> JSON:
    """Give a slice."""
    inner = {**accepts, "deny": [], "identity": who, "probes": [], "readings": ["plain", "matrix"]}
    return {
        **{"destinations": destinations, "format": 2, "inbound": inner, "routes": []},
        **{"trustDomain": DOMAIN, "workload": workload},
    }


def operation(name: str, path: str) -> JSON:
    """Give one operation by path."""
    match = {"headers": [], "host": None, "methods": [], "path": path, "query": []}
    return {
        **{"idempotent": True, "matches": [match], "name": name, "ports": [0]},
        **{"retry": {"attempts": 2, "on": None, "perTryMs": None}, "timeoutMs": 15000},
    }


def rule(
    name: str, who: JSON, operations: list[str] | None, headers: list[JSON] | None = None
) -> JSON:
    """Give one allow rule."""
    return {
        **{"from": who, "headers": headers or [], "matches": [], "name": name},
        **{"operations": operations, "query": [], "until": None},
    }


def allowed(_: str) -> JSON:
    """Give a rule's callers where the identity comes in a header, as it does for the peers."""
    return {
        **{"anonymous": True, "anyone": False, "everyone": False},
        **{"identities": [], "namespaces": []},
    }


def caller(who: str) -> JSON:
    """Give the condition that a request comes from an identity."""
    return {"name": "x-caller", "not": False, "test": {"equals": who}}


if __name__ == "__main__":
    sys.exit("this is a part of bench/proxy.py")
