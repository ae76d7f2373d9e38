"""How output reaches a person: colour, progress."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@contextlib.contextmanager
def progress(doing: str) -> Iterator[None]:
    """Say on a terminal what takes its time; the line is gone afterwards."""
    if not sys.stderr.isatty():
        yield
        return
    sys.stderr.write(f"{doing} …")
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
