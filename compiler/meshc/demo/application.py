"""A small application, so that the mesh has something to protect.

Speaks plain HTTP/1.1 (or, with ``--tcp``, the inline form of the Redis protocol) and knows nothing
of the mesh. Started once per instance: ``python -m meshc.demo.application --name cart``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json

HEAD_BYTES = 64 * 1024
"""Longest request head read, in bytes; the proxy in front is stricter."""
EXPORT_CHUNKS = 400
"""Pieces of the long download (`GET /products/export`)."""
EXPORT_CHUNK = b"id,name,price\r\n" * 64
EXPORT_PAUSE = 0.02
"""Seconds between two of them: a slow producer, eight seconds in all."""


async def read_body(reader: asyncio.StreamReader, head: dict[str, str]) -> bytes:
    """Give the request's body; raises `asyncio.IncompleteReadError` if it ends early."""
    if head.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(head.get("content-length", "0")))
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while (await reader.readline()).strip():
        pass
    return b"".join(parts)


async def export(writer: asyncio.StreamWriter) -> None:
    """Answer with a long download in chunks."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(EXPORT_CHUNKS):
        writer.write(b"%x\r\n%s\r\n" % (len(EXPORT_CHUNK), EXPORT_CHUNK))
        await writer.drain()
        await asyncio.sleep(EXPORT_PAUSE)
    writer.write(b"0\r\n\r\n")


async def answer(
    name: str, version: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """Serve one request; false when the connection has ended."""
    try:
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return False
    first, *lines = text.split("\r\n")
    method, path, _ = first.split(" ", 2)
    head = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines) if k}
    body = await read_body(reader, head)
    if path == "/products/export":
        await export(writer)
    else:
        said = {"service": name, "version": version, "method": method, "path": path}
        content = json.dumps({**said, "bytes": len(body)}).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            % (len(content), b"" if method == "HEAD" else content)
        )
    await writer.drain()
    return head.get("connection", "").lower() != "close"


async def serve_store(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve PING, SET and GET until the client leaves."""
    values: dict[bytes, bytes] = {}
    while words := (await reader.readline()).split():
        match [words[0].upper(), *words[1:]]:
            case [b"PING"]:
                writer.write(b"+PONG\r\n")
            case [b"SET", key, value]:
                values[key] = value
                writer.write(b"+OK\r\n")
            case [b"GET", key]:
                value = values.get(key, b"")
                writer.write(b"$%d\r\n%s\r\n" % (len(value), value))
            case _:
                writer.write(b"-ERR unknown command\r\n")
        await writer.drain()
    writer.close()


async def serve(host: str, port: int, *, name: str, version: str, tcp: bool) -> None:
    """Listen until the process is ended; prints `ready` once connections are accepted."""

    async def serve_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await answer(name, version, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()

    server = await asyncio.start_server(
        serve_store if tcp else serve_http, host, port, limit=HEAD_BYTES
    )
    print("ready", flush=True)  # noqa: T201 - the line the starter waits for
    await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="One application of the demonstration.")
    parser.add_argument("--address", required=True, help="IP address to listen on")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", required=True, help="the service it plays")
    parser.add_argument("--version", default="", help="its version, told in every answer")
    parser.add_argument("--tcp", action="store_true", help="be a key-value store instead")
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            serve(args.address, args.port, name=args.name, version=args.version, tcp=args.tcp)
        )


if __name__ == "__main__":
    main()
