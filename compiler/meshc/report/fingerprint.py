"""Names findings so that the names outlive moved lines."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshc.findings import Finding
    from meshc.spans import Texts


def by_text(texts: Texts) -> Callable[[Finding], str]:
    """Give a function that names a finding by code, message, file and the text it marks."""

    def fingerprint(one: Finding) -> str:
        marked = texts.text(one.primary.file).marked(one.primary)
        parts = [one.code, one.message, one.primary.file]
        content = b"\0".join([*(part.encode() for part in parts), marked])
        return sha256(content).hexdigest()

    return fingerprint
