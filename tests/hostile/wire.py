"""Raw bytes to a proxy, and an application that keeps the raw targets it gets."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

from bed import WAIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Seen:
    """A request as the application got it."""

    target: bytes
    fields: tuple[tuple[bytes, bytes], ...]

    def values(self, name: bytes) -> list[bytes]:
        """Give the values of every field of this name."""
        return [value for one, value in self.fields if one.lower() == name]


class Recorder:
    """An application that answers 200 to everything and remembers it."""

    def __init__(self, address: str, port: int = 9080) -> None:
        self.seen: list[Seen] = []
        self.listening = socket.create_server((address, port))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Accept until closed."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection; every first line counts, whatever follows it."""
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
            while line := stream.readline():
                target = line.rstrip(b"\r\n").partition(b" ")[2].rpartition(b" ")[0]
                pairs = (one.partition(b":") for one in iter(stream.readline, b"\r\n") if one)
                fields = tuple((name, value.strip()) for name, _, value in pairs)
                self.seen.append(Seen(target, fields))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def taken(self) -> list[Seen]:
        """Give what was seen since the last time."""
        seen, self.seen = self.seen, []
        return seen

    def close(self) -> None:
        """Stop accepting."""
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


@dataclass
class Client:
    """A client that keeps its connection where it can; gives the status of each request."""

    connect: Callable[[], socket.socket]
    opened: int = 0
    socket: socket.socket = field(init=False)
    stream: BinaryIO | None = field(default=None, init=False)

    def ask(self, request: bytes) -> int:
        """Send one request as it stands; gives the status, 0 where none came."""
        return self.ask_together([request])[0]

    def ask_together(self, requests: list[bytes]) -> list[int]:
        """Send requests in one piece; gives the status of each, 0 where none came."""
        statuses = []
        try:
            stream = self.open()
            self.socket.sendall(b"".join(requests))
            for _ in requests:
                status, alive = read_answer(stream)
                statuses.append(status)
                if not alive:
                    self.close()
                    break
        except OSError:
            self.close()
        return statuses + [0] * (len(requests) - len(statuses))

    def open(self) -> BinaryIO:
        """Connect where there is no connection; gives what is received."""
        if self.stream is None:
            self.socket = self.connect()
            self.stream = self.socket.makefile("rb")
            self.opened += 1
        return self.stream

    def send_below_tls(self, junk: bytes) -> None:
        """Send bytes beside the TLS session and wait until the peer has closed."""
        with socket.socket(fileno=os.dup(self.socket.fileno())) as below:
            below.settimeout(WAIT)
            below.sendall(junk)
            below.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while below.recv(4096):
                    pass

    def close(self) -> None:
        """Drop the connection."""
        if self.stream is not None:
            self.stream.close()
            self.socket.close()
        self.stream = None


def read_answer(stream: BinaryIO) -> tuple[int, bool]:
    """Read one answer; gives its status and whether the connection goes on."""
    line = stream.readline()
    if not line:
        return 0, False
    length, alive = 0, True
    for text in iter(stream.readline, b"\r\n"):
        if not text:
            return 0, False
        name, _, value = text.lower().partition(b":")
        if name == b"content-length":
            length = int(value)
        if name == b"connection" and value.strip() == b"close":
            alive = False
    stream.read(length)
    return int(line.split()[1]), alive


def plain(address: tuple[str, int]) -> socket.socket:
    """Connect as the application beside a proxy does."""
    made = socket.create_connection(address, WAIT)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def client_context(folder: Path, bundle: bytes, pair: tuple[bytes, bytes] | None) -> ssl.SSLContext:
    """Give the TLS settings of a peer with this certificate and key, or with none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # identities are URIs
    context.load_verify_locations(cadata=bundle.decode())
    if pair is not None:
        (folder / "peer.pem").write_bytes(b"".join(pair))
        context.load_cert_chain(folder / "peer.pem")
    return context


def secured(address: tuple[str, int], context: ssl.SSLContext) -> socket.socket:
    """Connect as a peer's proxy does."""
    return cast("socket.socket", context.wrap_socket(plain(address)))


def request(target: bytes, host: str, lines: Iterable[str] = (), method: bytes = b"GET") -> bytes:
    """Write a request; each line is a whole field, and one that is a Host replaces ours."""
    fields = list(lines)
    if not any(line.lower().startswith("host:") for line in fields):
        fields.insert(0, f"Host: {host}")
    head = "".join(f"{line}\r\n" for line in fields).encode("latin-1")
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (method, target, head)


@contextlib.contextmanager
def recorders(addresses: Iterable[str]) -> Iterator[dict[str, Recorder]]:
    """Run an application at each address."""
    made = {address: Recorder(address) for address in addresses}
    try:
        yield made
    finally:
        for one in made.values():
            one.close()
