"""A test bed: certificates, slices, applications and real proxies on loopback addresses."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from oracle.stored import parted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
TRUST_DOMAIN = "mesh.test"
WAIT = 10.0
"""Seconds until something awaited counts as missing."""


def binary() -> str:
    """Give the path of the proxy."""
    beside = Path(sys.executable).parent / "meshc-proxy"
    installed = str(beside) if beside.exists() else shutil.which("meshc-proxy")
    found = os.environ.get("MESHC_PROXY") or installed
    if not found:
        raise RuntimeError("build meshc-proxy and name it in MESHC_PROXY")
    return found


def until(what: str, ask: Callable[[], T | None]) -> T:
    """Ask again and again until there is an answer."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        threading.Event().wait(0.01)
    raise AssertionError(f"still not so after {WAIT} s: {what}")


class Authority:
    """A certificate authority of one trust domain."""

    def __init__(self, domain: str = TRUST_DOMAIN) -> None:
        self.domain = domain
        self.ahead = dt.timedelta()
        """How far its clock is ahead of everybody else's when it issues."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "root")])
        now = dt.datetime.now(dt.UTC)
        self.root = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(self.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=3))
            .not_valid_after(now + dt.timedelta(days=3))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage(sign=True), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"spiffe://{domain}")]),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )

    def issue(self, identity: str) -> tuple[bytes, bytes]:
        """Give certificate and key of an identity, PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = dt.datetime.now(dt.UTC) + self.ahead
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(minutes=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(sign=False), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]),
                critical=True,
            )
            .sign(self.key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM), pem(key)

    @property
    def bundle(self) -> bytes:
        """Give the root, PEM."""
        return self.root.public_bytes(serialization.Encoding.PEM)


def usage(*, sign: bool) -> x509.KeyUsage:
    """Give the key usage of a root or of a leaf."""
    return x509.KeyUsage(
        digital_signature=not sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign,
        crl_sign=sign,
        encipher_only=False,
        decipher_only=False,
    )


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give a private key in PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def canonical(value: object) -> bytes:
    """Give the canonical JSON of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    """Give the name of a blob."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


SIGNER = ed25519.Ed25519PrivateKey.generate()


def raw(key: ed25519.Ed25519PrivateKey) -> bytes:
    """Give the raw public half of a key."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def seal(
    slice_: dict[str, Any],
    height: int = 1,
    signer: ed25519.Ed25519PrivateKey = SIGNER,
    **changes: Any,
) -> tuple[bytes, bytes, dict[str, bytes]]:
    """Give the signed envelope of a manifest of one slice, the slice, and what it names."""
    content, callees = parted(slice_)
    manifest = {
        "capabilities": [],
        "commit": f"{height:040x}",
        "compiler": "test",
        "format": 2,
        "height": height,
        "parent": None,
        "slices": [
            {"places": digest(b""), "slice": digest(content), "workload": slice_["workload"]}
        ],
        "trustDomain": TRUST_DOMAIN,
    } | changes
    payload = canonical(manifest)
    kind = "application/vnd.meshc.manifest+json"
    message = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [
            {
                "keyid": digest(raw(signer)),
                "sig": base64.b64encode(signer.sign(message)).decode(),
            }
        ],
    }
    return canonical(envelope), content, callees


def identity(workload: str) -> str:
    """Give the SPIFFE ID of a workload."""
    namespace, name = workload.split("/")
    return f"spiffe://{TRUST_DOMAIN}/ns/{namespace}/sa/{name}"


def operation(
    name: str, path: str, *methods: str, ports: tuple[int, ...] = (0,), **more: Any
) -> dict[str, Any]:
    """Give an operation of a slice."""
    matches = [{"headers": [], "host": None, "methods": sorted(methods), "path": path, "query": []}]
    return {
        "idempotent": False,
        "matches": matches if path else [],
        "name": name,
        "ports": list(ports),
        "retry": {"attempts": 2, "on": None, "perTryMs": None},
        "timeoutMs": 5000,
    } | more


def rule(
    name: str, *callers: str, operations: list[str] | None = None, **more: Any
) -> dict[str, Any]:
    """Give an allow rule for some workloads, or a deny rule."""
    return {
        "from": {
            "anonymous": "anonymous" in callers,
            "anyone": "anyone" in callers,
            "everyone": False,
            "identities": sorted(identity(one) for one in callers if "/" in one),
            "namespaces": [],
        },
        "headers": [],
        "matches": [],
        "name": name,
        "operations": operations,
        "query": [],
        "until": None,
    } | more


def listener(name: str, port: int, target: int, **more: Any) -> dict[str, Any]:
    """Give a listener of a slice."""
    return {
        "certificate": None,
        "hosts": [],
        "name": name,
        "port": port,
        "protocol": "http",
        "target": target,
        "tls": "mutual",
    } | more


def slice_of(workload: str, **inbound: Any) -> dict[str, Any]:
    """Give the slice of a workload."""
    name = workload.split("/")[1]
    routes = inbound.pop("routes", [])
    destinations = inbound.pop("destinations", [])
    return {
        "destinations": destinations,
        "format": 2,
        "inbound": {
            "allow": [],
            "authorities": [name],
            "deny": [],
            "identity": identity(workload),
            "listeners": [],
            "operations": [],
            "probes": [],
            "readings": ["plain"],
        }
        | inbound,
        "routes": routes,
        "trustDomain": TRUST_DOMAIN,
        "workload": workload,
    }


def destination(workload: str, port: int, *addresses: str, **more: Any) -> dict[str, Any]:
    """Give a destination of a slice."""
    return {
        "authorities": [workload.split("/")[1]],
        "calls": [{"operation": None, "timeoutMs": None}],
        "clusters": [
            {"endpoints": [{"address": one, "zone": None} for one in addresses], "name": ""}
        ],
        "identity": identity(workload),
        "operations": [],
        "ports": [{"name": "http", "port": port, "protocol": "http"}],
        "readings": ["plain"],
        "traffic": [],
        "workload": workload,
    } | more


@dataclass
class Proxy:
    """A running proxy."""

    process: subprocess.Popen[bytes]
    state: Path
    admin: tuple[str, int]
    address: str
    outbound: tuple[str, int]
    log: Path
    errors: Path

    def ask(self, path: str) -> tuple[int, str]:
        """Ask its admin port."""
        connection = http.client.HTTPConnection(*self.admin, timeout=WAIT)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def is_ready(self) -> bool:
        """Ask whether it is ready; raises if it has ended."""
        if self.process.poll() is not None:
            raise AssertionError(f"the proxy has ended: {self.errors.read_text()}")
        try:
            return self.ask("/ready")[0] == 200
        except OSError:
            return False

    def lines(self, **wanted: Any) -> list[dict[str, Any]]:
        """Wait for lines of the access log that say this."""

        def found() -> list[dict[str, Any]]:
            lines = [json.loads(line) for line in self.log.read_text().splitlines()]
            return [line for line in lines if wanted.items() <= line.items()]

        return until(f"a log line with {wanted}", found)

    def stop(self) -> int:
        """End it as a supervisor does; gives its exit code."""
        self.process.terminate()
        return self.process.wait(WAIT)


@dataclass
class Bed:
    """Everything of one test."""

    folder: Path
    authority: Authority = field(default_factory=Authority)
    started: list[Proxy] = field(default_factory=list)

    def proxy(
        self,
        slice_: dict[str, Any],
        address: str,
        *arguments: str,
        height: int = 1,
        authority: Authority | None = None,
    ) -> Proxy:
        """Start a proxy and wait until it is ready."""
        found = self.start(slice_, address, *arguments, height=height, authority=authority)
        until("the proxy is ready", found.is_ready)
        return found

    def write(self, state: Path, slice_: dict[str, Any], height: int = 1) -> None:
        """Write a snapshot into a state folder."""
        (state / "current/callees").mkdir(parents=True, exist_ok=True)
        envelope, content, callees = seal(slice_, height)
        (state / "current/envelope.json").write_bytes(envelope)
        (state / "current/slice.json").write_bytes(content)
        for name, blob in callees.items():
            (state / "current/callees" / name).write_bytes(blob)

    def start(
        self,
        slice_: dict[str, Any],
        address: str,
        *arguments: str,
        height: int = 1,
        authority: Authority | None = None,
    ) -> Proxy:
        """Start a proxy."""
        name = slice_["workload"]
        state = self.folder / f"{len(self.started)}-{name.replace('/', '.')}"
        state.mkdir()
        self.write(state, slice_, height)
        certificate, key = (authority or self.authority).issue(identity(name))
        (state / "identity").mkdir()
        (state / "identity/certificate.pem").write_bytes(certificate)
        (state / "identity/key.pem").write_bytes(key)
        (state / "identity/bundle.pem").write_bytes((authority or self.authority).bundle)
        keys = state / "keys"
        keys.write_text(raw(SIGNER).hex())
        log, errors = state / "log", state / "errors"
        log.touch()
        command = [
            *(binary(), "--state", str(state), "--workload", name, "--offline"),
            *("--address", address, "--outbound", f"{address}:15001"),
            *("--admin", f"{address}:15000", "--snapshot-key", str(keys), "--log-all"),
            *("--log", str(log), "--threads", "2", *arguments),
        ]
        with errors.open("wb") as stream:
            process = subprocess.Popen(command, stderr=stream, stdout=stream)
        proxy = Proxy(process, state, (address, 15000), address, (address, 15001), log, errors)
        self.started.append(proxy)
        return proxy

    def again(self, ended: Proxy) -> Proxy:
        """Start a proxy that has ended once more, from what it kept."""
        with ended.errors.open("ab") as stream:
            process = subprocess.Popen(ended.process.args, stderr=stream, stdout=stream)
        proxy = replace(ended, process=process)
        self.started.append(proxy)
        until("the proxy is ready again", proxy.is_ready)
        return proxy

    def close(self) -> None:
        """End every proxy."""
        for proxy in self.started:
            proxy.process.kill()
            proxy.process.wait()


class Application:
    """A tiny HTTP application: one function from method, path, headers, body to an answer."""

    def __init__(
        self, address: str, port: int, handle: Callable[[socket.socket, Request], bool]
    ) -> None:
        self.listening = socket.create_server((address, port))
        self.address, self.port = address, port
        self.handle = handle
        self.connections = 0
        self.seen: list[Request] = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Accept until closed."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection until the handler says no more."""
        with connection, contextlib.suppress(OSError, ValueError):
            stream = connection.makefile("rb")
            while True:
                request = read_request(stream)
                self.seen.append(request)
                if not self.handle(connection, request):
                    return

    def close(self) -> None:
        """Stop accepting."""
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


@dataclass
class Request:
    """A request as the application received it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Give the first field of this name."""
        return next((value for one, value in self.headers if one.lower() == name), None)


def read_request(stream: Any) -> Request:
    """Read one request from a stream; raises ValueError at its end."""
    line = stream.readline()
    if not line:
        raise ValueError("the connection ended")
    method, target, _ = line.decode().split(" ", 2)
    headers = []
    while (field_line := stream.readline()) not in {b"\r\n", b""}:
        name, value = field_line.decode().split(":", 1)
        headers.append((name, value.strip()))
    found = {name.lower(): value for name, value in headers}
    body = b""
    if found.get("transfer-encoding") == "chunked":
        while size := int(stream.readline(), 16):
            body += stream.read(size)
            stream.readline()
        stream.readline()
    elif "content-length" in found:
        body = stream.read(int(found["content-length"]))
    return Request(method, target, headers, body)


def echo(connection: socket.socket, request: Request) -> bool:
    """Answer with what was received."""
    body = json.dumps(
        {
            "method": request.method,
            "target": request.target,
            "headers": request.headers,
            "size": len(request.body),
            "digest": hashlib.sha256(request.body).hexdigest(),
        }
    ).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + (b"" if request.method == "HEAD" else body))
    return True


@contextlib.contextmanager
def application(
    address: str, port: int, handle: Callable[[socket.socket, Request], bool] = echo
) -> Iterator[Application]:
    """Run an application."""
    made = Application(address, port, handle)
    try:
        yield made
    finally:
        with contextlib.suppress(OSError):
            made.close()


def call(
    proxy: Proxy,
    host: str,
    target: str = "/",
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Call a service through the proxy beside the caller, as its application does."""
    connection = http.client.HTTPConnection(*proxy.outbound, timeout=WAIT)
    with contextlib.closing(connection):
        connection.request(method, target, body=body, headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def visit(
    at: tuple[str, int],
    credentials: tuple[bytes, bytes],
    folder: Path,
    headers: dict[str, str],
    target: str = "/",
) -> tuple[int, dict[str, Any]]:
    """Ask a proxy's inbound listener as a peer with these credentials; status 0: no connection."""
    certificate, key = folder / "visitor.pem", folder / "visitor.key"
    certificate.write_bytes(credentials[0])
    key.write_bytes(credentials[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Who the server is does not matter here: what it makes of us does.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(certificate, key)
    connection = http.client.HTTPSConnection(*at, timeout=WAIT, context=context)
    with contextlib.closing(connection):
        try:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
        except (ConnectionError, ssl.SSLError, http.client.BadStatusLine):
            return 0, {}
        return answer.status, json.loads(answer.read())
