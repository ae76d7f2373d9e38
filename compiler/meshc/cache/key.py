"""What findings depend on: the tool, every byte of every file, and what was said beside them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGE: Final = Path(__file__).parent.parent
PARTS: Final = ("rules", "mesh", "cache", "findings.py", "spans.py", "compiling.py", "names.py")
"""What of the package decides which findings there are, beside schema and extension."""


def key(files: Sequence[tuple[str, bytes]], said: Sequence[str]) -> str:
    """Give a name that two runs share only where they find the same; hexadecimal digits."""
    from meshc._native import content_digest  # the extension is loaded only where it is asked

    return content_digest([tool(), *said], files).removeprefix("sha256:")


def tool() -> str:
    """Give the digest of what this program finds with: by content, so a build of the day counts."""
    from meshc._native import content_digest  # the same

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return content_digest([version], [(path, Path(path).read_bytes()) for path in sources()])


def sources() -> Iterator[str]:
    """Give the files this program finds with, in a fixed order."""
    package = os.fspath(PACKAGE)
    found = [f"{package}/schema/generated.json"]
    found += [entry.path for entry in os.scandir(package) if entry.name.startswith("_native.")]
    for part in PARTS:
        path = f"{package}/{part}"
        found += [path] if part.endswith(".py") else modules(path)
    yield from sorted(found)


def modules(folder: str) -> Iterator[str]:
    """Give every Python file below a folder of ours."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from modules(entry.path)
        elif entry.name.endswith(".py"):
            yield entry.path
