"""A Kubernetes API server and its etcd, as processes of one test run on loopback.

`KUBE_APISERVER` and `ETCD` name the programs (those of envtest, of a release, or built from the
module `k8s.io/kubernetes`); nothing else of a cluster is needed to ask about definitions.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 120.0
"""Seconds until a test gives up on the server; it is ready in about five."""
PAUSE: Final = 0.05
"""Seconds between two questions whether something is ready."""
DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
STRICT: Final = "fieldValidation=Strict"


def programs() -> tuple[str, str] | None:
    """Give etcd and the API server, if both are named."""
    found = os.environ.get("ETCD"), os.environ.get("KUBE_APISERVER")
    return (found[0], found[1]) if found[0] and found[1] else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one request."""

    status: int
    body: dict[str, Any]

    @property
    def message(self) -> str:
        """Give the refusal's text."""
        return str(self.body.get("message", ""))


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, and how to speak to it."""

    port: int
    token: str
    trust: ssl.SSLContext

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        sort: str = "json",
        accept: str = "application/json",
    ) -> Answer:
        """Send one request; `body` is text of the named sort, or plain data for JSON."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust)
        try:
            headers = {"authorization": f"Bearer {self.token}", "accept": accept}
            headers["content-type"] = f"application/{sort}"
            connection.request(method, path, text and text.encode(), headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        plain = answer.getheader("content-type", "").startswith("application/json")
        return Answer(answer.status, json.loads(content) if plain else {})

    def define(self, definition: dict[str, Any]) -> Answer:
        """Apply a CustomResourceDefinition; gives it once it is served, or the refusal."""
        answer = self.ask("POST", f"{DEFINITIONS}?{STRICT}", definition)
        if answer.status not in {200, 201}:
            return answer
        name = quote(definition["metadata"]["name"])
        for served in self.watch(f"{DEFINITIONS}?fieldSelector=metadata.name={name}"):
            if holds(served, "Established"):
                return Answer(answer.status, served)
        raise AssertionError(f"{name} is not served after {PATIENCE:.0f} s")

    def watch(self, path: str) -> Iterator[dict[str, Any]]:
        """Give the objects of a list as they are and whenever they change; ends by itself."""
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust)
        try:
            query = f"&watch=true&timeoutSeconds={PATIENCE:.0f}"
            connection.request("GET", path + query, None, headers)
            for line in connection.getresponse():
                yield json.loads(line)["object"]
        finally:
            connection.close()


def holds(body: dict[str, Any], condition: str) -> bool:
    """Tell whether a condition of an object is true."""
    conditions = body.get("status", {}).get("conditions") or []
    return any(one["type"] == condition and one["status"] == "True" for one in conditions)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start etcd and the API server in a folder; both end with the block."""
    found = programs()
    assert found, "neither ETCD nor KUBE_APISERVER is set"
    etcd, apiserver = found
    store, peers, port = free_ports(3)
    token = secrets.token_hex(16)
    (folder / "tokens.csv").write_text(f"{token},test,test,system:masters\n")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (folder / "accounts.key").write_bytes(pem)
    with ExitStack() as stack:
        url = f"http://127.0.0.1:{store}"
        own = f"http://127.0.0.1:{peers}"
        stack.enter_context(
            process(
                folder / "etcd.log",
                *(etcd, "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync"),
                *("--listen-client-urls", url, "--advertise-client-urls", url),
                *("--listen-peer-urls", own, "--initial-advertise-peer-urls", own),
                *("--initial-cluster", f"default={own}"),
            )
        )
        ran = stack.enter_context(
            process(
                folder / "apiserver.log",
                *(apiserver, f"--etcd-servers={url}", f"--secure-port={port}"),
                *("--bind-address=127.0.0.1", "--endpoint-reconciler-type=none"),
                *(f"--cert-dir={folder}", "--authorization-mode=RBAC"),
                *(f"--token-auth-file={folder}/tokens.csv", "--anonymous-auth=false"),
                "--service-account-issuer=https://kubernetes.test",
                f"--service-account-key-file={folder}/accounts.key",
                f"--service-account-signing-key-file={folder}/accounts.key",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--disable-admission-plugins=ServiceAccount",
            )
        )
        yield ready(ran, folder, port, token)


@contextmanager
def process(log: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block lasts; what it says is kept in a file."""
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as ran:
        try:
            yield ran
        finally:
            ran.terminate()
            try:
                ran.wait(PATIENCE)
            finally:
                ran.kill()


def ready(ran: subprocess.Popen[bytes], folder: Path, port: int, token: str) -> Server:
    """Wait until the server serves; its certificate is its own authority."""
    until = time.monotonic() + PATIENCE
    certificate = folder / "apiserver.crt"
    while time.monotonic() < until:
        said = (folder / "apiserver.log").read_text(errors="replace")[-4000:]
        assert ran.poll() is None, said
        try:
            trust = ssl.create_default_context(cafile=str(certificate))
            server = Server(port, token, trust)
            if server.ask("GET", "/readyz").status == http.client.OK:
                return server
        except (OSError, ssl.SSLError):
            pass
        with suppress(subprocess.TimeoutExpired):
            ran.wait(PAUSE)  # it may have ended
    raise AssertionError(f"the API server is not ready after {PATIENCE:.0f} s:\n{said}")


def free_ports(count: int) -> list[int]:
    """Give ports of loopback that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
