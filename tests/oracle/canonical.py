"""The canonical form of a request, step by step (language reference, section 4)."""

from __future__ import annotations

import ipaddress
import re
import string
from dataclasses import dataclass

UNRESERVED = set(string.ascii_letters + string.digits + "-._~")
PCHAR = UNRESERVED | set("!$&'()*+,;=:@")
TOKEN = set(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")


class BadRequestError(Exception):
    """The request has no canonical form."""


@dataclass(frozen=True)
class Request:
    """A canonical request; `readings` maps a reading to the path it reads, decoded once."""

    method: str
    host: str
    port: int | None
    path: str
    query: str | None
    readings: dict[str, str]


def canonicalise(method: str, target: str, host: str | None) -> Request:
    """Bring a request into its one form."""
    if not method or any(char not in TOKEN for char in method):
        raise BadRequestError("method")
    if method == "CONNECT":
        raise BadRequestError("authority form")
    named, port_of_scheme, rest = split_target(method, target)
    authority = None if host is None else read_authority(host)
    if named is not None:
        from_target = read_authority(named)
        if authority is not None and (
            authority[0] != from_target[0]
            or (authority[1] or port_of_scheme) != (from_target[1] or port_of_scheme)
        ):
            raise BadRequestError("authorities differ")
        authority = from_target
    if authority is None:
        raise BadRequestError("no authority")
    path, mark, query = rest.partition("?")
    if any(char not in PCHAR | set("/?%") for char in query):
        raise BadRequestError("raw byte in query")
    if path != "*":
        path = canonical_path(path)
    readings = {"plain": decode(path), "matrix": decode(without_parameters(path))}
    return Request(method, *authority, path, query if mark else None, readings)


def split_target(method: str, target: str) -> tuple[str | None, int, str]:
    """The authority in the target, its scheme's port, and path with query."""
    if target == "*":
        if method != "OPTIONS":
            raise BadRequestError("asterisk form")
        return None, 0, "*"
    if target.startswith("/"):
        return None, 0, target
    absolute = re.fullmatch(r"(http|https)://([^/?#]*)(.*)", target, re.IGNORECASE | re.DOTALL)
    if absolute is None:
        raise BadRequestError("target form")
    scheme, authority, rest = absolute.groups()
    if rest == "":
        rest = "*" if method == "OPTIONS" else "/"
    elif rest.startswith("?"):
        rest = "/" + rest
    return authority, 80 if scheme.lower() == "http" else 443, rest


def read_authority(text: str) -> tuple[str, int | None]:
    """Host in lower case without trailing dot, and port."""
    if "@" in text:
        raise BadRequestError("user information")
    literal = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](:.*)?", text, re.DOTALL)
    if literal is not None:
        try:
            address = ipaddress.IPv6Address(literal.group(1))
        except ValueError as error:
            raise BadRequestError("host") from error
        return f"[{address}]", read_port((literal.group(2) or ":")[1:])
    host, _, port = text.partition(":")
    number = read_port(port)
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,63}", one) for one in labels):
        raise BadRequestError("host")
    if re.fullmatch(r"[0-9]+|0[xX][0-9A-Fa-f]*", labels[-1]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError as error:
            raise BadRequestError("host") from error
    return host.lower(), number


def read_port(text: str) -> int | None:
    """1 to 65535; empty means none."""
    if text == "":
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise BadRequestError("port")
    return int(text)


def canonical_path(path: str) -> str:
    """The one spelling of a path."""
    out = ""
    rest = path
    while rest:
        char, rest = rest[0], rest[1:]
        if char != "%":
            if char != "/" and char not in PCHAR:
                raise BadRequestError("raw byte")
            out += char
            continue
        digits, rest = rest[:2], rest[2:]
        if not re.fullmatch(r"[0-9A-Fa-f]{2}", digits):
            raise BadRequestError("escape")
        value = int(digits, 16)
        if value < 0x20 or value == 0x7F or chr(value) in "/\\":
            raise BadRequestError("encoded separator or control")
        out += chr(value) if chr(value) in UNRESERVED else "%" + digits.upper()
    if re.search(r"%25[0-9A-Fa-f]{2}", out):
        raise BadRequestError("double encoding")
    out = resolve(out)
    decode(out)
    return out


def resolve(path: str) -> str:
    """Merge slashes, then resolve dots."""
    segments = re.sub("/+", "/", path).split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            if not kept:
                raise BadRequestError("above the root")
            kept.pop()
        elif re.match(r"\.{1,2};", segment):
            raise BadRequestError("dots before a parameter")
        elif segment not in {".", ""}:
            kept.append(segment)
    folder = segments[-1] in {"", ".", ".."}
    return "/" + "/".join(kept) + ("/" if folder and kept else "")


def without_parameters(path: str) -> str:
    """The path as an application reads it that cuts `;…` from every segment."""
    if path == "*":
        return path
    return re.sub("/+", "/", "/".join(one.partition(";")[0] for one in path.split("/")))


def decode(path: str) -> str:
    """Decode every escape once."""
    data = re.sub(rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), path.encode())
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequestError("not UTF-8") from error
