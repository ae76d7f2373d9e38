"""Patterns of paths, as `per-file` has them."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def pattern(glob: str) -> re.Pattern[str]:
    """Translate a pattern of paths from the root: `*` and `?` stay in one folder, `**` does not."""
    parts = []
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("/")):
        wild = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(piece)
        parts.append(re.escape(piece) if wild is None else wild)
    return re.compile("".join(parts) + r"\Z", re.DOTALL)
