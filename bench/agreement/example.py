"""One small policy, and the requests to it that show each kind of difference."""

from __future__ import annotations

from typing import Any

from agreement.policy import Policy
from agreement.request import Request

Json = dict[str, Any]

CALLER = "spiffe://mesh.test/ns/shop/sa/cart"


def match(path: str, methods: list[str], headers: list[Json]) -> Json:
    """Give a match."""
    empty: Json = {"host": None, "query": [], "regex": None}
    return {**empty, "headers": headers, "methods": methods, "path": path}


def role(test: Json, *, negated: bool) -> Json:
    """Give a condition on `x-role`."""
    return {"name": "x-role", "not": negated, "test": test}


def operation(name: str, path: str, headers: list[Json] | None = None) -> Json:
    """Give an operation with one match."""
    return {"name": name, "matches": [match(path, [], headers or [])]}


def deny(name: str, **fields: list[Any]) -> Json:
    """Give a deny of everyone."""
    empty: Json = {"name": name, "from": [], "operations": None, "matches": [], "headers": []}
    return {**empty, **fields}


POLICY = Policy(
    "store",
    ("plain", "matrix"),
    (
        operation("admin", "/admin/**"),
        operation("refund", "/orders/{id}:refund"),
        operation("staff", "/staff", [role({"oneOf": ["a, b", "guest"]}, negated=True)]),
    ),
    (
        {
            "name": "callers",
            "from": ["anyone"],
            "operations": ["admin", "refund", "staff", "rest"],
            "matches": [],
            "headers": [],
        },
    ),
    (
        deny("no-admin", operations=["admin"]),
        deny("no-post", matches=[match("/", ["POST"], [])]),
        deny("no-robots", headers=[role({"equals": "robot"}, negated=False)]),
    ),
)


def ask(
    target: str = "/",
    method: str = "GET",
    host: str = "store",
    headers: tuple[tuple[str, str], ...] = (),
) -> Request:
    """Give a request of a caller that the policy lets in."""
    return Request(CALLER, method, target, host, headers)
