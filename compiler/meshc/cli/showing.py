"""How findings reach a person: formats, colour, progress."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, TextIO

from meshc import report
from meshc.spans import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meshc.findings import Finding
    from meshc.repo import File


def coloured(choice: str, stream: TextIO) -> bool:
    """Tell whether to write colours: by choice, else on a terminal unless `NO_COLOR` is set."""
    if choice != "auto":
        return choice == "always"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


def text(form: str, findings: Sequence[Finding], files: Sequence[File], *, colour: bool) -> str:
    """Write findings in a format."""
    return report.render(form, findings, Texts(files), colour=colour)


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
