"""What audited rules would have decided otherwise, as proxies sum it up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES = 64
"""Rules a proxy may tell of."""
CHARACTERS = 512
"""Characters of a name or place."""
COUNTS = range(1, 2**53)
"""Counts that are one."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One rule, and how often it would have decided otherwise since its proxy began."""

    would: str
    kind: str
    rule: str
    place: str
    count: int


def read(listed: object) -> tuple[Audited, ...]:
    """Read what a proxy reports under `audited`; raises `ValueError`."""
    if listed is None:
        return ()
    if not isinstance(listed, list) or len(listed) > RULES:
        raise ValueError(f"`audited` is a list of at most {RULES} rules")
    return tuple(map(read_one, listed))


def read_one(item: object) -> Audited:
    """Read one of them; raises `ValueError`."""
    count = item.get("count") if isinstance(item, dict) else None
    if not isinstance(item, dict) or type(count) is not int or count not in COUNTS:
        raise ValueError("an item of `audited` is a rule with a `count` from 1")
    would, kind, rule, place = (text_of(item, name) for name in ("would", "kind", "rule", "place"))
    return Audited(would, kind, rule, place, count)


def text_of(item: Mapping[str, object], name: str) -> str:
    """Give a text of an item; raises `ValueError`."""
    text = item.get(name)
    if not isinstance(text, str) or len(text) > CHARACTERS:
        raise ValueError(f"`{name}` of `audited` is a text of at most {CHARACTERS} characters")
    return text


def describe(all_: tuple[Audited, ...]) -> list[dict[str, Any]]:
    """Give the JSON of `status.json`."""
    return [asdict(one) for one in all_]
