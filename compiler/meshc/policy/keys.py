"""Every key of `meshc.toml`: the one table that the reader, the schema and the pages come from."""

from __future__ import annotations

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    Form = Literal[
        "codes", "severities", "adjusted", "namespaces", "severity", "profile", "path", "version"
    ]
    """What a value looks like; see `settings.FORMS`."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key."""

    name: str
    form: Form
    default: str
    """As a person reads it; nothing is written for it."""
    summary: str
    example: str
    """TOML that states it."""


KEYS: Final = (
    Key(
        "extend",
        "path",
        "none",
        "another settings file of the repository, by its path from the root; what stands here lies"
        " over it",
        'extend = "platform/lint.toml"',
    ),
    Key(
        "required-version",
        "version",
        "any",
        "versions of meshc that may read this repository (PEP 440 specifiers)",
        'required-version = ">=0.1,<2"',
    ),
    Key(
        "profile",
        "profile",
        "default",
        "`strict` lets rules weigh what their page gives for it",
        'profile = "strict"',
    ),
    Key(
        "fail-on",
        "severity",
        "error",
        "a lint fails from this severity on: `error`, `warning` or `info`",
        'fail-on = "warning"',
    ),
    Key(
        "select",
        "codes",
        "ALL",
        "rules that run, by code or the beginning of one; nothing else does",
        'select = ["MC2", "MC5"]',
    ),
    Key(
        "extend-select",
        "codes",
        "none",
        "rules that run besides those selected already",
        'extend-select = ["MC212"]',
    ),
    Key("ignore", "codes", "none", "rules that do not run", 'ignore = ["MC212", "MC91"]'),
    Key(
        "severity",
        "severities",
        "as the rule's page says",
        "what rules weigh, by code or the beginning of one; the longest that fits holds",
        '[severity]\nMC502 = "error"\nMC2 = "warning"',
    ),
    Key(
        "per-file",
        "adjusted",
        "none",
        "what rules weigh, or which do not count, in files that a pattern fits: `*` and `?` stay in"
        " one folder, `**` does not; of several patterns the longest holds",
        '[per-file."legacy/**"]\nignore = ["MC502"]\nseverity = {MC501 = "warning"}',
    ),
    Key(
        "per-namespace",
        "adjusted",
        "none",
        "the same for the objects of a namespace; `per-file` lies over it",
        '[per-namespace.shop]\nseverity = {MC502 = "error"}',
    ),
    Key(
        "namespaces",
        "namespaces",
        "none",
        "the namespace of documents that name none, by their folder; the deepest folder holds",
        '[namespaces]\nshop = "shop"\n"teams/pay" = "payments"',
    ),
    Key(
        "baseline",
        "path",
        "none",
        "file of findings that are known already, by its path from the root",
        'baseline = ".meshc/baseline.json"',
    ),
)
BY_NAME: Final = {key.name: key for key in KEYS}
ADJUSTED: Final = ("ignore", "severity")
"""Keys of one entry of `per-file` and `per-namespace`."""
