"""`--no-cache` and `--cache-dir`: where findings of earlier runs are kept."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshc.cache.findings import KeptFindings


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a verb."""
    for one in (
        click.option(
            "--cache-dir",
            metavar="DIR",
            envvar="MESHC_CACHE_DIR",
            help="Keep findings here [default: `meshc` in the user's cache folder].",
        ),
        click.option("--no-cache", is_flag=True, help="Keep nothing, use nothing kept."),
    ):
        command = one(command)
    return command


def kept(folder: str | None, repository: str, *, off: bool) -> KeptFindings | None:
    """Give what is kept of earlier runs; nothing where there is no folder for it."""
    folder = None if off else folder or default()
    if folder is None:
        return None
    from meshc.cache.findings import KeptFindings
    from meshc.cache.store import Store

    return KeptFindings(Store(folder, say), os.path.realpath(repository))


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
