"""How seven common kinds of application read a request target.

Each reading is written for itself, from what such applications do, and shares nothing with the
product: together they are the judge of what the product let through.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PROTECTED = b"/admin"
UNRESERVED = (string.ascii_letters + string.digits + "-._~").encode()
ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
ORIGIN = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


def path_of(target: bytes) -> bytes:
    """Give the path of a target in origin or absolute form; a fragment stays."""
    return ORIGIN.sub(b"", target, count=1).partition(b"?")[0]


def decoded(path: bytes) -> bytes:
    """Decode every sound escape once; what is none stays."""
    return ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), path)


def dots_removed(path: bytes) -> bytes:
    """Remove dot segments (RFC 3986, 5.2.4); going above the root stays at the root."""
    kept: list[bytes] = []
    segments = path.split(b"/")[1:]
    for segment in segments:
        if segment == b"..":
            del kept[-1:]
        elif segment != b".":
            kept.append(segment)
    if segments and segments[-1] in {b".", b".."}:
        kept.append(b"")
    return b"/" + b"/".join(kept)


def merged(path: bytes) -> bytes:
    """Merge slashes, then remove dot segments."""
    return dots_removed(re.sub(rb"/+", b"/", path))


def rfc3986(target: bytes) -> bytes:
    """Normalise as RFC 3986, 6.2.2 allows everybody to: unreserved escapes and dots only."""

    def kept(found: re.Match[bytes]) -> bytes:
        byte = bytes([int(found[1], 16)])
        return byte if byte in UNRESERVED else found[0].upper()

    return dots_removed(ESCAPE.sub(kept, path_of(target)))


def decode_and_merge(target: bytes) -> bytes:
    """Decode once, merge slashes, remove dots: most file servers and routers."""
    return merged(decoded(path_of(target)))


def matrix(target: bytes) -> bytes:
    """Cut parameters from segments, then decode and normalise: servlet containers."""
    bare = b"/".join(segment.partition(b";")[0] for segment in path_of(target).split(b"/"))
    return merged(decoded(bare))


def case_insensitive(target: bytes) -> bytes:
    """Decode, normalise and fold ASCII letters: applications on Windows, many routers."""
    return merged(decoded(path_of(target))).lower()


def backslash(target: bytes) -> bytes:
    """Decode and take a backslash for a slash."""
    return merged(decoded(path_of(target)).replace(b"\\", b"/"))


def decode_twice(target: bytes) -> bytes:
    """Decode twice: an application behind one more decoding hop."""
    return merged(decoded(decoded(path_of(target))))


def cut(target: bytes) -> bytes:
    """Decode, and end at a NUL or a fragment: C strings and URL parsers."""
    return merged(re.split(rb"[\0#]", decoded(path_of(target)), maxsplit=1)[0])


READINGS: dict[str, Callable[[bytes], bytes]] = {
    "rfc3986": rfc3986,
    "decode": decode_and_merge,
    "matrix": matrix,
    "case-insensitive": case_insensitive,
    "backslash": backslash,
    "double-decoding": decode_twice,
    "cut": cut,
}


def reaching(target: bytes) -> list[str]:
    """Name the readings that take a target for the protected path or something below it."""
    return [
        name
        for name, read in READINGS.items()
        if (path := read(target)) == PROTECTED or path.startswith(PROTECTED + b"/")
    ]
