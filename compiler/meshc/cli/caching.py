"""`--no-cache` and `--cache-dir`: where findings of earlier runs are kept."""

from __future__ import annotations

import os
import sys

from meshc.cli import exits
from meshc.cli.option import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.cache.findings import KeptFindings


OPTIONS: Final = (
    Option("--no-cache", "Keep nothing, use nothing kept.", flag=True),
    Option(
        "--cache-dir",
        "Keep findings here [default: `meshc` in the user's cache folder].",
        "DIR",
        variable="MESHC_CACHE_DIR",
    ),
)


def kept(folder: str | None, repository: str) -> KeptFindings | None:
    """Give what is kept of earlier runs; nothing where there is no folder for it."""
    folder = folder or default()
    if folder is None:
        return None
    from meshc.cache.findings import KeptFindings
    from meshc.cache.store import Store

    return KeptFindings(Store(folder, say), os.path.realpath(repository))


def hold(kept: KeptFindings | None) -> None:
    """Fail if what was shown may lack what could not be read of the cache."""
    if kept and not kept.is_whole():
        raise exits.Failure("the cache was damaged while it was read; run again", exits.UNREADABLE)


def default() -> str | None:
    """Give `meshc` in the user's cache folder (XDG base directories): never in the repository."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not base.startswith("/"):  # the specification ignores relative ones
        home = os.environ.get("HOME", "")
        base = f"{home}/.cache" if home.startswith("/") else ""
    return f"{base}/meshc" if base else None


def say(message: str) -> None:
    """Tell the reader of stderr."""
    sys.stderr.write(f"note: {message}\n")
