"""The table of keys as JSON Schema, for editors, and as the table of the manual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from meshc.findings import SEVERITIES
from meshc.policy.keys import ADJUSTED, KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from meshc.policy.keys import Form

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"

SEVERITY: Final[dict[str, Json]] = {"enum": [*SEVERITIES]}
CODES: Final = "^(ALL|MC[0-9]{1,3})$"
LIST: Final[dict[str, Json]] = {
    "type": "array",
    "items": {"type": "string", "pattern": CODES},
    "uniqueItems": True,
}
TABLE: Final[dict[str, Json]] = {
    "type": "object",
    "patternProperties": {CODES: SEVERITY},
    "additionalProperties": False,
}
ENTRY: Final[dict[str, Json]] = {
    "type": "object",
    "properties": dict(zip(ADJUSTED, (LIST, TABLE), strict=True)),
    "additionalProperties": False,
}
FORMS: Final[Mapping[Form, dict[str, Json]]] = {
    "adjusted": {"type": "object", "additionalProperties": ENTRY},
    "codes": LIST,
    "namespaces": {
        "type": "object",
        "additionalProperties": {
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        },
    },
    "path": {"type": "string", "minLength": 1, "pattern": "^[^/]"},
    "profile": {"enum": ["default", "strict"]},
    "severities": TABLE,
    "severity": SEVERITY,
    "version": {"type": "string"},
}
"""The schema of each form of a value."""


def schema() -> dict[str, Json]:
    """Give the JSON Schema of `meshc.toml`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "meshc.toml",
        "type": "object",
        "properties": {key.name: {"description": key.summary, **FORMS[key.form]} for key in KEYS},
        "additionalProperties": False,
    }


def table() -> Iterator[str]:
    """Give the manual's part on keys: a table, then an example of each."""
    yield from ("| key | default | what it says |", "|---|---|---|")
    for key in KEYS:
        yield f"| `{key.name}` | {key.default} | {key.summary} |"
    for key in KEYS:
        yield from ("", f"### {key.name}", "", "```toml", *key.example.splitlines(), "```")
