"""A strict HTTP/1.1 client: one connection, no retry, nothing hidden.

Written for counting: an answer is an answer, anything else is a `Lost`, and a connection that the
other side closes is told from one that we close.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

TIMEOUT = 10.0
"""Seconds one request may take before it counts as lost."""
SNAPSHOT = "x-meshc-snapshot"
"""Field in which the proxies of a demonstration say which snapshot decided."""


class Lost(Exception):
    """No whole answer came: reset, closed early, or over time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes

    def field(self, name: str) -> str | None:
        """Give the first value of a field."""
        return next((value for key, value in self.fields if key == name), None)

    @property
    def snapshots(self) -> tuple[str, ...]:
        """The snapshots that decided: one digest if all proxies on the way agree, else several."""
        values = (value for key, value in self.fields if key == SNAPSHOT)
        return tuple(digest for value in values for digest in value.split(", "))


class Connection:
    """One connection; reused until the other side closes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Wrap an open connection."""
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(
        cls,
        address: str,
        port: int,
        *,
        source: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Self:
        """Connect; raises `Lost` when nobody listens or the handshake fails."""
        try:
            async with asyncio.timeout(TIMEOUT):
                reader, writer = await asyncio.open_connection(
                    address,
                    port,
                    local_addr=(source, 0) if source else None,
                    ssl=tls,
                    server_hostname="" if tls else None,
                )
        except (OSError, TimeoutError) as error:
            raise Lost(f"{address}:{port}: {error}") from error
        return cls(reader, writer)

    async def request(
        self, method: str, path: str, *, host: str, fields: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request without a body and read its whole answer; raises `Lost`."""
        extra = "".join(f"{name}: {value}\r\n" for name, value in (fields or {}).items())
        length = "content-length: 0\r\n" if method in {"POST", "PUT", "PATCH"} else ""
        try:
            async with asyncio.timeout(TIMEOUT * 3):
                self._writer.write(
                    f"{method} {path} HTTP/1.1\r\nhost: {host}\r\n{extra}{length}\r\n".encode()
                )
                await self._writer.drain()
                return await self._answer(method)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            raise Lost(f"{method} {host}{path}: {error!r}") from error

    async def _answer(self, method: str) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.split("\r\n")
        pairs = [line.partition(":") for line in lines if line]
        fields = tuple((name.lower(), value.strip()) for name, _, value in pairs)
        answer = Answer(int(status.split(" ")[1]), fields, b"")
        if method == "HEAD" or answer.status in {204, 304}:
            return answer
        if answer.field("transfer-encoding") == "chunked":
            return Answer(answer.status, fields, await self._chunks())
        length = int(answer.field("content-length") or 0)
        return Answer(answer.status, fields, await self._reader.readexactly(length))

    async def _chunks(self) -> bytes:
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readuntil(b"\r\n")
        return b"".join(parts)

    async def line(self, text: str) -> str:
        """Send a line of a TCP protocol and give the line that comes back; raises `Lost`."""
        try:
            async with asyncio.timeout(TIMEOUT):
                self._writer.write(text.encode() + b"\r\n")
                await self._writer.drain()
                return (await self._reader.readuntil(b"\r\n")).decode().strip()
        except (OSError, EOFError, TimeoutError) as error:
            raise Lost(f"{text}: {error!r}") from error

    @property
    def closed(self) -> bool:
        """Whether the other side has closed it."""
        return self._reader.at_eof()

    def close(self) -> None:
        """Close it from our side."""
        self._writer.close()
