"""Requests: near misses of a policy, as our decider takes them and as bytes for Envoy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agreement.envoy_config import IDENTITY, PAIR
from agreement.policy import values
from oracle import generator

if TYPE_CHECKING:
    import random

    from agreement.policy import Policy

Json = dict[str, Any]

QUERIES = ["q=admin", "q=a%20b", "/../a", "", "a?b", "q=%zz", "q=[a]"]
METHODS = ["OPTIONS", "PURGE", "PUT", "PATCH", "TRACE", "M-SEARCH", "get", "FIND", "CONNECT", "G(T"]
SEGMENTS = [
    *generator.SEGMENTS,
    "%7e",
    "b%3arefund",
    "%3A",
    "%c3%a9",
    "%2D",
    "%27",
    "b%40",
    "(b)",
    "~",
]
HOSTILE = [*generator.HOSTILE, "b/..", "/..", "b//..", "%5b", "^", "a|b", "%09"]


@dataclass(frozen=True)
class Request:
    """One request of one caller; header names as sent."""

    caller: str | None
    method: str
    target: str
    host: str
    headers: tuple[tuple[str, str], ...]

    def question(self) -> Json:
        """Give it as our decider reads it."""
        return {
            "from": self.caller,
            "method": self.method,
            "target": self.target,
            "host": self.host,
            "headers": [list(one) for one in self.headers],
        }

    def wire(self, pair: int) -> bytes:
        """Give it as HTTP/1.1 with its number."""
        fields = [("Host", self.host), *self.headers, (PAIR, str(pair))]
        if self.caller is not None:
            fields.append((IDENTITY, self.caller))
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{n}: {v}" for n, v in fields)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def shown(self) -> str:
        """Give it in a line, as people read it."""
        fields = [f"{name}: {value}".strip() for name, value in self.headers]
        return ", ".join([f"{self.method} {self.target}", f"Host: {self.host}", *fields])


def make(rng: random.Random, policy: Policy) -> Request:
    """One request, near to what a policy speaks of."""
    host = make_host(rng, policy)
    path = make_path(rng, policy)
    if rng.random() < 0.1:
        path += "?" + rng.choice(QUERIES)
    if rng.random() < 0.02:
        path = f"{rng.choice(['http', 'HTTP', 'https', 'ftp'])}://{make_host(rng, policy)}{path}"
    method = rng.choice(generator.METHODS[:4] if rng.random() < 0.95 else METHODS)
    if rng.random() < 0.006:
        path, method = rng.choice(
            [("*", "OPTIONS"), ("*", "GET"), ("pay:80", "CONNECT"), ("a", "GET")]
        )
    caller = rng.choice(generator.CALLERS[:4] if rng.random() < 0.8 else generator.CALLERS)
    return Request(caller, method, path, host, make_headers(rng, policy))


def make_host(rng: random.Random, policy: Policy) -> str:
    """A name of the service, another spelling of it, or another name."""
    host = rng.choice(policy.authorities)
    if rng.random() < 0.96:
        return host
    spelled = [host.upper(), f"{host}.", f"{host}:8080", f"{host}:", f"{host}.:80", f"{host}:0"]
    other = [f"{host}s", f"x.{host}", host[:-1], f"user@{host}", "[::1]", f"{host}..", "127.1"]
    return rng.choice(spelled if rng.random() < 0.7 else other)


def make_path(rng: random.Random, policy: Policy) -> str:
    """A path that a pattern of the policy matches, or nearly; or made up; or hostile."""
    roll = rng.random()
    if roll < 0.6:
        inbound: Json = {
            "operations": [*policy.operations],
            "deny": [*policy.deny],
            "guardrails": [],
        }
        path = generator.near_pattern(rng, {"inbound": inbound, "routes": [], "destinations": []})
    else:
        pool = SEGMENTS + (HOSTILE if roll > 0.85 else [])
        path = "/" + "/".join(rng.choice(pool) for _ in range(rng.randint(0, 3)))
    if rng.random() < 0.06:
        path = path.replace("/", "//", 1) if rng.random() < 0.5 else path + "/"
    if rng.random() < 0.08:
        path = other_spelling(rng, path)
    return path


def other_spelling(rng: random.Random, path: str) -> str:
    """The same path with one character escaped, or with escapes in lower case."""
    at = rng.randrange(len(path))
    if path[at] in "%/" or not path[at].isascii():
        return re.sub("%..", lambda found: found[0].lower(), path)
    escape = f"%{ord(path[at]):02x}"
    return path[:at] + rng.choice([escape, escape.upper()]) + path[at + 1 :]


def make_headers(rng: random.Random, policy: Policy) -> tuple[tuple[str, str], ...]:
    """Headers around what the policy's conditions compare with."""
    conditions = policy.conditions
    made = []
    for condition in rng.sample(conditions, min(len(conditions), rng.choice([0, 1, 1, 2, 3]))):
        value = rng.choice(values(condition) or ["x"])
        name = condition["name"]
        made.append((rng.choice([name, name, name.title()]), near_value(rng, value)))
    if rng.random() < 0.05:
        made.append((rng.choice(generator.SPELLINGS), rng.choice(generator.SENT)))
    return tuple(made)


def near_value(rng: random.Random, value: str) -> str:
    """A value, or one a letter or a member away from it."""
    if rng.random() < 0.6:
        return value
    return rng.choice(
        [
            value[:-1],
            value + "x",
            "x" + value,
            value.upper(),
            "",
            f"  {value}\t",
            f"{value},{rng.choice(generator.VALUES)}",
            f"{rng.choice(generator.VALUES)}, {value}",
            rng.choice(generator.SENT),
        ]
    )
