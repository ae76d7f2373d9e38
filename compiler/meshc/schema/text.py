"""Kinds of text: what a scalar of the language may look like.

`x-meshc-format` tells the native checker which finding a mismatch is and what to call it.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = rf"{LABEL}(\.{LABEL})*"
IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]{0,126}"

# A validator stands behind its `Field`: in front of it, the pattern would not reach the schema.

RESERVED = ("anonymous", "anyone", "rest")
"""Names that the language gives a meaning of its own."""
LONGEST = 2**31 - 1
"""Milliseconds of the longest duration: a timer's range, 24 days."""
FASTEST = 1_000_000
"""Most requests of a rate in its period."""
UNITS = {"h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


def not_reserved(name: str) -> str:
    """Refuse to declare a name that the language owns."""
    if name in RESERVED:
        raise ValueError("reserved name")
    return name


def of_the_calendar(day: str) -> str:
    """Refuse days such as 30 February; raises what `date` raises."""
    date.fromisoformat(day)
    return day


def an_address(text: str) -> str:
    """Refuse what is no IP address; raises what `ipaddress` raises."""
    ipaddress.ip_address(text)
    return text


def without_dots(identity: str) -> str:
    """Refuse the path segments `.` and `..` (SPIFFE-ID, section 2.2)."""
    if {".", ".."} & set(identity.split("/")[3:]):
        raise ValueError("no segment `.` or `..`")
    return identity


def in_range(duration: str) -> str:
    """Refuse no time at all and more than a timer holds."""
    parts = re.findall(r"([0-9]+)(ms|h|m|s)", duration)
    if not 1 <= sum(int(number) * UNITS[unit] for number, unit in parts) <= LONGEST:
        raise ValueError("between 1ms and 24 days")
    return duration


def above_zero(rate: str) -> str:
    """Refuse a rate that admits nothing and one that nobody counts."""
    if not 1 <= int(rate.partition("/")[0]) <= FASTEST:
        raise ValueError("between 1 and 1000000 in a period")
    return rate


DnsLabel = Annotated[
    str,
    Field(
        pattern=rf"^{LABEL}$",
        examples=["checkout"],
        json_schema_extra={"x-meshc-format": "dns-label"},
    ),
]
"""A DNS label of at most 63 characters (RFC 1123)."""

Name = Annotated[
    str,
    Field(
        pattern=rf"^{LABEL}$",
        examples=["checkout"],
        json_schema_extra={"x-meshc-format": "dns-label", "x-meshc-reserved": list(RESERVED)},
    ),
    AfterValidator(not_reserved),
]
"""A name that is declared here."""

Reference = Annotated[
    str,
    Field(
        pattern=rf"^({LABEL}/)?{LABEL}(\.{LABEL})?$",
        examples=["payments.charge", "shop/cart"],
        json_schema_extra={"x-meshc-format": "reference"},
    ),
]
"""`[namespace/]name[.operation]`."""

ObjectReference = Annotated[
    str,
    Field(
        pattern=rf"^({LABEL}/)?{LABEL}$",
        examples=["payments", "shop/cart"],
        json_schema_extra={"x-meshc-format": "object"},
    ),
]
"""`[namespace/]name`."""

Code = Annotated[
    str,
    Field(
        pattern=r"^MC[0-9]{3}$",
        examples=["MC501"],
        json_schema_extra={"x-meshc-format": "code"},
    ),
]
"""The code of a finding."""

Percentage = Annotated[
    str,
    Field(
        pattern=r"^(100|[0-9]{1,2}(\.[0-9]{1,2})?)%$",
        examples=["1%"],
        json_schema_extra={"x-meshc-format": "percentage"},
    ),
]
"""A share of a hundred, to two decimals."""

Origin = Annotated[
    str,
    Field(
        pattern=rf"^(\*|https?://(\*\.)?{HOST}(:[0-9]{{1,5}})?)$",
        max_length=268,
        examples=["https://shop.example"],
        json_schema_extra={"x-meshc-format": "origin"},
    ),
]
"""An origin of the web (RFC 6454): scheme, host and port; or `*`."""

GrpcService = Annotated[
    str,
    Field(
        pattern=rf"^{IDENTIFIER}(\.{IDENTIFIER})*$",
        max_length=255,
        examples=["shop.Payments"],
        json_schema_extra={"x-meshc-format": "grpc-name"},
    ),
]
"""A gRPC service with its package."""

GrpcMethod = Annotated[
    str,
    Field(
        pattern=rf"^{IDENTIFIER}$",
        max_length=255,
        examples=["Charge"],
        json_schema_extra={"x-meshc-format": "grpc-name"},
    ),
]
"""A gRPC method."""
CallTarget = Annotated[
    str,
    Field(
        pattern=rf"^(({LABEL}/)?{LABEL}(\.{LABEL})?|\*/\*\.{LABEL})$",
        examples=["payments.charge", "shop/cart", "*/*.metrics"],
        json_schema_extra={"x-meshc-format": "reference"},
    ),
]
"""`[namespace/]name[.operation]`, or `*/*.operation` for every service that a Baseline gave it."""

Caller = Annotated[
    str,
    Field(
        pattern=rf"^(({LABEL}/)?{LABEL}|{LABEL}/\*)$",
        examples=["checkout", "shop/*", "anyone", "anonymous"],
        json_schema_extra={"x-meshc-format": "caller"},
    ),
]
"""A workload, `namespace/*`, `anyone` or `anonymous`."""

Sender = Annotated[
    str,
    Field(
        pattern=rf"^(({LABEL}/)?{LABEL}|spiffe://[a-z0-9._-]{{1,255}}(/[A-Za-z0-9._-]+)+)$",
        max_length=2048,
        examples=["checkout", "shop/frontend", "anonymous"],
        json_schema_extra={"x-meshc-format": "sender"},
    ),
    AfterValidator(without_dots),
]
"""One workload, the SPIFFE ID of one that is not ours, or `anonymous`."""

SpiffeIdPattern = Annotated[
    str,
    Field(
        pattern=r"^spiffe://[a-z0-9._-]{1,255}(/[A-Za-z0-9._-]+)*(/[A-Za-z0-9._-]+|/\*)$",
        max_length=2048,
        examples=["spiffe://partner.example/ns/orders/sa/*"],
        json_schema_extra={"x-meshc-format": "spiffe-id"},
    ),
    AfterValidator(without_dots),
]
"""The SPIFFE ID of a workload, or one that ends in `/*`: every workload below it."""

Host = Annotated[
    str,
    Field(
        pattern=rf"^{HOST}$",
        max_length=253,
        examples=["pay.shop.internal"],
        json_schema_extra={"x-meshc-format": "host"},
    ),
]
"""A host name in lower case, without port."""

HostPattern = Annotated[
    str,
    Field(
        pattern=rf"^(\*\.)?{HOST}$",
        max_length=253,
        examples=["*.shop.example"],
        json_schema_extra={"x-meshc-format": "host"},
    ),
]
"""A host name, or `*.` and a suffix: any depth below it."""

TrustDomain = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9._-]{1,255}$",
        examples=["shop.example"],
        json_schema_extra={"x-meshc-format": "trust-domain"},
    ),
]
"""A SPIFFE trust domain (SPIFFE-ID, section 2.1)."""

Duration = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{1,5}(h|m|s|ms)){1,4}$",
        examples=["1h30m", "250ms"],
        json_schema_extra={"x-meshc-format": "duration"},
    ),
    AfterValidator(in_range),
]
"""A duration (GEP-2257): whole numbers with h, m, s or ms."""

Rate = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,7}/(s|m|h)$",
        examples=["100/s"],
        json_schema_extra={"x-meshc-format": "rate"},
    ),
    AfterValidator(above_zero),
]
"""Requests in a second, a minute or an hour."""

Date = Annotated[
    str,
    Field(
        pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        examples=["2027-03-31"],
        json_schema_extra={"x-meshc-format": "date"},
    ),
    AfterValidator(of_the_calendar),
]
"""A day; it stands for its first instant in UTC. Quoted, because YAML 1.1 reads dates."""

Instant = Annotated[
    str,
    Field(
        pattern=(
            r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
            r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
            r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
        ),
        examples=["2027-01-01T00:00:00Z"],
        json_schema_extra={"x-meshc-format": "instant"},
    ),
]
"""An instant (RFC 3339). Quoted, because YAML 1.1 reads times."""

Address = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$",
        examples=["10.1.2.3"],
        json_schema_extra={"x-meshc-format": "address"},
    ),
    AfterValidator(an_address),
]
"""An IP address."""

Method = Annotated[
    str,
    Field(
        pattern=r"^[A-Z]{1,32}$",
        examples=["GET"],
        json_schema_extra={"x-meshc-format": "method"},
    ),
]
"""A method in capitals."""

HeaderName = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$",
        examples=["x-canary"],
        json_schema_extra={"x-meshc-format": "header-name"},
    ),
]
"""A header field's name; case does not count."""

Path = Annotated[
    str,
    Field(
        # Repetitions are counted by RE2 to 1,000 only, which API servers compile patterns with.
        pattern=r"^/[^\s]*$",
        max_length=1024,
        examples=["/orders/{id}"],
        json_schema_extra={"x-meshc-format": "path"},
    ),
]
"""A path pattern: exact, with `{…}` for one segment, or ending in `/**`."""

PathPattern = Annotated[
    str,
    Field(
        pattern=r"^/[^\x00-\x1f\x7f]{0,1023}$",
        examples=["/orders/{id}"],
        json_schema_extra={"x-meshc-format": "path-pattern"},
    ),
]
"""A path pattern as requests are compared: decoded, so a blank may stand in it."""

OperationMatch = Annotated[
    str,
    Field(
        pattern=r"^(ANY|[A-Z]{1,32}(,[A-Z]{1,32}){0,15}) /[^\s]{0,1023}$",
        examples=["GET,HEAD /orders/{id}"],
        json_schema_extra={"x-meshc-format": "operation-match"},
    ),
]
"""`METHOD[,METHOD] PATH` or `ANY PATH`."""

Text = Annotated[str, Field(min_length=1, max_length=1024, examples=["pci"])]
"""Any text that is not empty."""

PortNumber = Annotated[int, Field(ge=1, le=65535, examples=[8080])]
"""A TCP port."""

RegexText = Annotated[
    str,
    Field(min_length=1, max_length=1024, examples=["[a-z]+"]),
]
"""A regular expression in RE2 syntax, without flags; the whole text must match."""

Network = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?$",
        examples=["10.0.0.0/8", "2001:db8::/32"],
        json_schema_extra={"x-meshc-format": "network"},
    ),
]
"""A network in CIDR form (RFC 4632); its address has no bits behind the length."""

Clock = Annotated[
    str,
    Field(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        examples=["09:00"],
        json_schema_extra={"x-meshc-format": "clock"},
    ),
]
"""A time of day, 00:00 to 24:00."""

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week."""

Zone = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$",
        examples=["Europe/Berlin"],
        json_schema_extra={"x-meshc-format": "zone"},
    ),
]
"""An IANA time zone."""
