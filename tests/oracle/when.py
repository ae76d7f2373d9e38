"""The addresses and the hour of a request (language reference, section 5, `when`)."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from oracle.matching import Json

#: Zones by the POSIX rule that a slice carries for them, as their tables have stood since 2024.
ZONES = {
    "UTC0": "UTC",
    "CET-1CEST,M3.5.0,M10.5.0/3": "Europe/Berlin",
    "IST-1GMT0,M10.5.0,M3.5.0/1": "Europe/Dublin",
    "EST5EDT,M3.2.0,M11.1.0": "America/New_York",
    "<-04>4<-03>,M9.1.6/24,M4.1.6/24": "America/Santiago",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0": "America/Nuuk",
    "IST-5:30": "Asia/Kolkata",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0": "Australia/Lord_Howe",
    "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45": "Pacific/Chatham",
}


@cache
def zone(rule: str) -> ZoneInfo:
    """The zone of a POSIX rule."""
    return ZoneInfo(ZONES[rule])


@cache
def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """A network from its CIDR form."""
    return ipaddress.ip_network(text)


def inside(networks: list[str], address: str | None) -> bool | None:
    """Whether an address is in one of the networks; nothing where it is not known."""
    if address is None:
        return None
    return any(ipaddress.ip_address(address) in network(one) for one in networks)


def client_of(slice_: Json, question: Json) -> str | None:
    """The client: as the question says, or a gateway's peer, or whom a gateway names."""
    if question.get("client") is not None:
        return str(question["client"])
    if slice_["routes"]:
        return question.get("source")
    if question["from"] not in slice_["inbound"]["gateways"]:
        return None
    named = [value for name, value in question["headers"] if name.lower() == "x-forwarded-for"]
    try:
        return str(ipaddress.ip_address(named[0])) if len(named) == 1 else None
    except ValueError:
        return None


def hours_hold(hours: Json, now: int) -> bool | None:
    """Whether an instant lies in hours of a day, the end excluded; nothing beyond the calendar."""
    try:
        there = datetime.fromtimestamp(now, UTC).astimezone(zone(hours["zone"]))
    except (OverflowError, ValueError, OSError):
        return None
    minute = there.hour * 60 + there.minute
    return there.isoweekday() in hours["days"] and hours["from"] <= minute < hours["to"]
