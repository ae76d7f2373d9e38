"""For whom a caller acts: claims of a token, with three-valued tests (language reference, 4 and 5).

A value that cannot be tested gives nothing: it counts as a match in a deny and as none in an allow.
"""

from __future__ import annotations

import re
from typing import Any

from oracle.matching import REGEX, Json

#: No value is there.
ABSENT = object()


def user_holds(wanted: Json, user: Json | None, view: str) -> bool | None:
    """Whether a user with a verified token is one that a rule speaks of."""
    if user is None or user["issuer"] != wanted["issuer"]:
        return False
    found = [claim_holds(claim, user.get("claims", {}), view) for claim in wanted["claims"]]
    if False in found:
        return False
    return None if None in found else True


def claim_holds(claim: Json, claims: Json, view: str) -> bool | None:
    """One condition on one claim; nothing where the value is of another type."""
    value = lookup(claims, claim["path"])
    ((test, wanted),) = claim["test"].items()
    if test == "present":
        there = value is not ABSENT and value is not None
        return bool((there == wanted) != claim["not"])
    if value is ABSENT:
        return bool(claim["not"] and view == "deny")
    met = value_meets(test, wanted, value)
    return None if met is None else met != bool(claim["not"])


def lookup(claims: Json, path: str) -> Any:
    """The value below a path of keys; `scope` is a list split at spaces."""
    value: Any = claims
    for key in path.split("/"):
        if not isinstance(value, dict) or key not in value:
            return ABSENT
        value = value[key]
    return value.split() if path == "scope" and isinstance(value, str) else value


def value_meets(test: str, wanted: Any, value: Any) -> bool | None:
    """One test of one value."""
    if test in {"equals", "oneOf"}:
        known = [one for one in ([wanted] if test == "equals" else wanted) if same(one, value)]
        return any(one == value for one in known) if known else None
    if test == "has":
        if not isinstance(value, list):
            return None
        return any(same(wanted, one) and one == wanted for one in value)
    if not isinstance(value, str):
        return None
    if test == "regex":
        return re.fullmatch(wanted, value, REGEX) is not None
    return value.startswith(wanted) if test == "prefix" else value.endswith(wanted)


def same(one: Any, other: Any) -> bool:
    """Whether two scalars are of one type: texts, truths or numbers."""
    return kind(one) is kind(other) is not None


def kind(value: Any) -> type | None:
    """The JSON type of a scalar."""
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return float
    return str if isinstance(value, str) else None
