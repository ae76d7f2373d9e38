"""One Envoy process, and requests to it over connections that stay open."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agreement.envoy_config import DETAILS, PAIR, ROUTE, config

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agreement.policy import Policy
    from agreement.request import Request

PATIENCE = 30.0
"""Seconds until Envoy must listen, and until it must answer."""
CONNECTIONS = 64
HEAD_END = b"\r\n\r\n"


class NoEnvoy(Exception):
    """Envoy did not start, or broke off; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What Envoy said; status 0 for a connection closed without an answer."""

    status: int
    route: str | None
    """Name of the route that matched."""
    details: str
    """Why, in Envoy's words (`RESPONSE_CODE_DETAILS`)."""


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        port: int = it.getsockname()[1]
        return port


@contextmanager
def envoy(program: str, policies: Sequence[Policy]) -> Iterator[int]:
    """Run Envoy with the policies; give its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="meshc-envoy-") as folder:
        file = Path(folder) / "envoy.json"
        file.write_text(json.dumps(config(policies, port)))
        command = [program, "-c", str(file), "--concurrency", "1", "--disable-hot-restart"]
        with (Path(folder) / "log").open("w+b") as log:
            process = subprocess.Popen([*command, "-l", "error"], stdout=log, stderr=log)
            try:
                wait(process, port, Path(log.name))
                yield port
            finally:
                process.kill()
                process.wait()


def wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until Envoy accepts connections."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text(errors="replace")[-2000:]
                raise NoEnvoy(f"Envoy does not listen: {said}") from None
            time.sleep(0.02)
        else:
            return


class Wire:
    """A connection with one request under way, opened again whenever Envoy closed it."""

    def __init__(self, port: int) -> None:
        """Take Envoy's port; nothing is opened yet."""
        self.port = port
        self.socket: socket.socket | None = None
        self.rest = b""

    def send(self, data: bytes) -> None:
        """Send a request, on a new connection if there is none or the old one was closed."""
        if self.socket is not None:
            try:
                self.socket.sendall(data)
            except ConnectionError:
                self.close()
            else:
                return
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.socket.sendall(data)

    def close(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            self.socket.close()
        self.socket = None

    def until(self, count: int | None) -> bytes | None:
        """Read so many bytes, or a head; nothing if the connection ends before."""
        while True:
            end = self.rest.find(HEAD_END) + len(HEAD_END) if count is None else count
            if len(self.rest) >= end >= (len(HEAD_END) if count is None else 0):
                found, self.rest = self.rest[:end], self.rest[end:]
                return found
            try:
                more = self.socket.recv(1 << 16) if self.socket else b""
            except ConnectionError:
                more = b""
            if not more:
                self.close()
                return None
            self.rest += more

    def answer(self, *, head_only: bool) -> tuple[int, dict[str, str]] | None:
        """Read one answer: status and headers; nothing if the connection ended before."""
        head = self.until(None)
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): it.strip() for name, _, it in (one.partition(":") for one in lines)}
        if not head_only and self.until(int(fields.get("content-length", "0"))) is None:
            return None
        if fields.get("connection") == "close":
            self.close()
        return int(first.split(" ")[1]), fields


def exchange(port: int, requests: Sequence[Request]) -> list[Answer]:
    """Send requests and give their answers, in the same order."""
    wires = [Wire(port) for _ in range(CONNECTIONS)]
    answers: list[Answer] = []
    for start in range(0, len(requests), CONNECTIONS):
        batch = requests[start : start + CONNECTIONS]
        for at, (wire, request) in enumerate(zip(wires, batch, strict=False), start):
            wire.send(request.wire(at))
        for at, (wire, request) in enumerate(zip(wires, batch, strict=False), start):
            answers.append(answer(wire, request, at))
    for wire in wires:
        wire.close()
    return answers


def answer(wire: Wire, request: Request, pair: int) -> Answer:
    """Give the answer to a request that was sent; ask again if an old connection was closed."""
    head_only = request.method == "HEAD"
    found = wire.answer(head_only=head_only)
    if found is None:
        wire.send(request.wire(pair))
        found = wire.answer(head_only=head_only)
    if found is None:
        return Answer(0, None, "closed")
    status, fields = found
    if fields.get(PAIR, "-") not in {"-", str(pair)}:
        raise NoEnvoy(f"the answer to request {pair} is another one's: {fields}")
    route = fields.get(ROUTE, "-")
    return Answer(status, None if route == "-" else route, fields.get(DETAILS, ""))
