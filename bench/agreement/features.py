"""What a request has about it that the two sides may read in different ways, and how it goes away.

A function named for a feature tells whether a request of a policy has it; the one that takes it
away gives the nearest request without it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from agreement.policy import values
from oracle.canonical import BadRequestError, canonical_path
from oracle.matching import SINGLE_VALUED

if TYPE_CHECKING:
    from collections.abc import Callable

    from agreement.policy import Policy
    from agreement.request import Request

    Feature = Callable[[Policy, Request], bool]
    Removal = Callable[[Policy, Request], Request]

DOT = r"(?:\.|%2[Ee])"
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
RAW_BYTE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
HIGH_ESCAPE = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
TWICE = re.compile(r"%25(?=(?:[0-9A-Fa-f]|%3[0-9]|%[46][1-6]){2})")
DOTS_PARAMETER = re.compile(rf"(?<=/){DOT}{{1,2}}(?=;)")
DOT_DOT = re.compile(rf"(?<=/){DOT}{{2}}(?=/|$)")
SLASHES = re.compile(r"//+")
EMPTY_THEN_DOTS = re.compile(rf"//.*/{DOT}{{2}}(?=/|$)|//{DOT}{{2}}(?=/|$)")
PARAMETER = re.compile(r";[^/]*")
OTHER_SPELLING = re.compile(r"%(?:[0-9][a-f]|[a-f][0-9A-Fa-f]|[A-F][a-f]|2[146-9A-C]|3[ABD]|40)")
"""An escape in lower case, or of a character that a path may hold as it is."""


def split(target: str) -> tuple[str, str, str]:
    """Give scheme and authority, path, query of a target, each with its marks."""
    found = re.fullmatch(r"((?:[A-Za-z]+://[^/?]*)?)([^?]*)(.*)", target, re.DOTALL)
    return (found[1], found[2], found[3]) if found else ("", target, "")


def in_path(pattern: re.Pattern[str]) -> Feature:
    """Give the feature of a path that holds a pattern."""
    return lambda _, request: bool(pattern.search(split(request.target)[1]))


def from_path(pattern: re.Pattern[str], by: str) -> Removal:
    """Give what replaces a pattern in the path until it is gone."""

    def without(_: Policy, request: Request) -> Request:
        before, path, query = split(request.target)
        while pattern.search(path):
            path = pattern.sub(by, path)
        return replace(request, target=before + path + query)

    return without


def raw_byte(_: Policy, request: Request) -> bool:
    """Path or query holds a character that RFC 3986 does not let stand raw."""
    path, query = split(request.target)[1:]
    return bool(RAW_BYTE.search(path) or RAW_BYTE.search(query.replace("?", "")))


def no_raw_byte(_: Policy, request: Request) -> Request:
    """Write letters for them."""
    before, path, query = split(request.target)
    kept = "?" + RAW_BYTE.sub("x", query[1:].replace("?", "/")) if query else ""
    return replace(request, target=before + RAW_BYTE.sub("x", path) + kept)


def not_utf8(_: Policy, request: Request) -> bool:
    """The escapes of the path do not decode to UTF-8."""
    try:
        unquote_to_bytes(split(request.target)[1]).decode()
    except UnicodeDecodeError:
        return True
    return False


def climbs(_: Policy, request: Request) -> bool:
    """Some `..` of the path may lead above the root."""
    return bool(DOT_DOT.search(split(request.target)[1]))


def only_slashes(_: Policy, request: Request) -> bool:
    """Nothing is left of the path but slashes, and there are several in a row."""
    path = split(request.target)[1]
    try:
        return "//" in path and canonical_path(path) == "/"
    except BadRequestError:
        return False


def parameter(policy: Policy, request: Request) -> bool:
    """The path holds a `;`, and the application may cut segments there."""
    return "matrix" in policy.readings and bool(PARAMETER.search(split(request.target)[1]))


def lines(policy: Policy, request: Request) -> dict[str, list[str]]:
    """Give the lines of every header that the policy reads."""
    read = policy.headers_read
    found: dict[str, list[str]] = {}
    for name, value in request.headers:
        if name.lower() in read:
            found.setdefault(name.lower(), []).append(value)
    return found


def members(policy: Policy, request: Request) -> bool:
    """A header that the policy reads has several lines, or a comma."""
    return any(len(one) > 1 or "," in one[0] for one in lines(policy, request).values())


def comma_in_value(policy: Policy, request: Request) -> bool:
    """Such a header is a list, and holds a value of a condition that has a comma in it."""
    sent = {name: ",".join(map(str.strip, many)) for name, many in lines(policy, request).items()}
    return any(
        "," in value and value in sent.get(one["name"], "")
        for one in policy.conditions
        if one["name"] not in SINGLE_VALUED
        for value in values(one)
    )


def one_member(policy: Policy, request: Request) -> Request:
    """Keep of every header that the policy reads one member of one line."""
    kept: dict[str, str] = {}
    for name, many in lines(policy, request).items():
        found = [one.strip() for line in many for one in line.split(",") if one.strip()]
        kept[name] = found[0] if found else "x"
    others = [one for one in request.headers if one[0].lower() not in kept]
    return replace(request, headers=(*others, *kept.items()))


def empty_value(policy: Policy, request: Request) -> bool:
    """A header that the policy reads has an empty value."""
    return any(not one.strip() for many in lines(policy, request).values() for one in many)


def no_empty_value(_: Policy, request: Request) -> Request:
    """Drop headers with an empty value."""
    kept = tuple(one for one in request.headers if one[1].strip())
    return replace(request, headers=kept)


def dotted_alias(policy: Policy, request: Request) -> bool:
    """A header's name is one that the policy reads, but for a `.`."""
    read = policy.headers_read
    return any(
        "." in name and name.lower().replace(".", "-") in read for name, _ in request.headers
    )


def underscore(_: Policy, request: Request) -> bool:
    """A header's name holds `_`."""
    return any("_" in name for name, _ in request.headers)


def plain_names(_: Policy, request: Request) -> Request:
    """Drop headers whose name holds `_` or `.`."""
    kept = tuple(one for one in request.headers if not re.search(r"[_.]", one[0]))
    return replace(request, headers=kept)


def custom_method(_: Policy, request: Request) -> bool:
    """The method is none of RFC 9110 or 5789."""
    known = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"}
    return request.method not in known


def get(_: Policy, request: Request) -> Request:
    """Ask by GET."""
    return replace(request, method="GET")


def odd_host(policy: Policy, request: Request) -> bool:
    """`Host` or the target's authority is not one of the service's names as they stand."""
    authority = split(request.target)[0].partition("://")[2] or request.host
    return authority not in policy.authorities or request.host not in policy.authorities


def empty_port(_: Policy, request: Request) -> bool:
    """A port is announced and missing."""
    return request.host.endswith(":") or split(request.target)[0].rpartition("/")[2].endswith(":")


def two_authorities(_: Policy, request: Request) -> bool:
    """Target and `Host` name a host each."""
    return bool(split(request.target)[0])


def asterisk(_: Policy, request: Request) -> bool:
    """The target is `*`."""
    return request.target == "*"


def connect(_: Policy, request: Request) -> bool:
    """A tunnel is asked for."""
    return request.method == "CONNECT"


def root(_: Policy, request: Request) -> Request:
    """Get `/`."""
    return replace(request, method="GET", target="/")


def own_host(policy: Policy, request: Request) -> Request:
    """Name the service as it stands, in `Host` alone."""
    path, query = split(request.target)[1:]
    return replace(request, host=policy.name, target=(path or "/") + query)
