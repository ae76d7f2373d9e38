"""How output reaches a person: colour, progress."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def coloured(choice: str, stream: TextIO) -> bool:
    """Tell whether to write colours: by choice, by `NO_COLOR` or `FORCE_COLOR`, on a terminal.

    The first of these that says something decides; an empty variable says nothing.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


class progress:  # noqa: N801 - called like a function
    """Says on a terminal what takes its time; the line is gone afterwards."""

    def __init__(self, doing: str) -> None:
        """Say what is done."""
        self._said = f"{doing} …" if sys.stderr.isatty() else ""

    def __enter__(self) -> None:
        """Write the line."""
        sys.stderr.write(self._said)
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        sys.stderr.write("\r\x1b[K" if self._said else "")
        sys.stderr.flush()
