"""Names of the language: references and codes (language reference, section 3)."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
"""A DNS label of at most 63 characters."""
CODE: Final = re.compile(r"MC[0-9]{3}\Z")
"""A rule's code."""


def workload(text: str) -> tuple[str, str] | None:
    """Split `namespace/name`; nothing when the text is no such reference."""
    namespace, slash, name = text.partition("/")
    if not slash or not LABEL.match(namespace) or not LABEL.match(name):
        return None
    return namespace, name


def nearest(word: str, known: list[str]) -> list[str]:
    """Give at most three known names that resemble a word, best first."""
    import difflib  # only a mistake pays for it

    return difflib.get_close_matches(word, known, n=3, cutoff=0.6)
