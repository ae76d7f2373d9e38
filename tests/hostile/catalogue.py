"""The cases of `data`: paths, hosts and headers, others."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

DATA = Path(__file__).parent / "data"
REFUSED: Final = "refused"
"""Wanted where either refusal is right: the canonical form or a rule may say no first."""
KINDS: Final = {"compile", "requests", "test", "elsewhere", "later"}

Case = dict[str, Any]


def read(name: str) -> list[Case]:
    """Read one list of cases."""
    cases: list[Case] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return cases


PATHS: Final = read("paths")
HOSTS: Final = read("hosts")
OTHERS: Final = read("others")


def name_of(case: object) -> str:
    """Name a parametrised case by its number."""
    return case["id"] if isinstance(case, dict) else str(case)


def of_kind(kind: str) -> list[Case]:
    """Give the other cases that have something of a kind."""
    return [case for case in OTHERS if kind in case]


def is_wanted(status: int, wanted: int | str) -> bool:
    """Tell whether a status is the one wanted."""
    return status in {400, 403} if wanted == REFUSED else status == wanted
