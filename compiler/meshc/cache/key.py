"""What findings depend on: the tool, every byte of every file, and what was said beside them."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

PACKAGE: Final = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - pathlib takes longer
PARTS: Final = (
    "schema/generated.json",
    "cache",
    "mesh",
    "repo/listing.py",
    "repo/owners.py",
    "rules/__init__.py",
    "rules/index.py",
    "rules/rule.py",
    "compiling.py",
    "findings.py",
    "names.py",
    "record.py",
    "spans.py",
)
"""What of the package decides which findings there are, beside the extension and the checks."""
CHECKS: Final = ("rule", "date", "owners")
"""Whose findings are kept and come from Python: see `rules.rule.FoundBy`."""
NOTE: Final = b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0"
"""Head of an ELF note with a build ID of 20 bytes, little-endian: sizes, type 3, whose it is."""
HEAD: Final = 4096
"""Bytes at the beginning of an extension in which linkers leave its notes."""


_tool: list[str] = []
"""The digest of the tool, once it was asked for."""


def key(files: Sequence[tuple[str, bytes]], said: Sequence[str]) -> str:
    """Give a name that two runs share only where they find the same; hexadecimal digits."""
    from meshc._native import content_digest  # the extension is loaded only where it is asked

    return content_digest([tool(), *said], files).removeprefix("sha256:")


def tool() -> str:
    """Give the digest of what this program finds with, of its files at the first call."""
    if not _tool:
        _tool.append(tool_now())
    return _tool[0]


def tool_now() -> str:
    """Give the digest of what this program finds with: by content, so a build of the day counts."""
    from meshc import _native  # the same

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    parts = [(path, read(f"{PACKAGE}/{path}")) for path in sources()]
    return _native.content_digest([version], [("extension", build(_native.__file__)), *parts])


def build(extension: str) -> bytes:
    """Give what tells an extension from every other one.

    That is the build ID which the linker computed from all it wrote, where there is one: to hash
    megabytes at each run would take longer than everything else of a run that finds nothing new.
    """
    head = read(extension, HEAD)
    at = head.find(NOTE) if head.startswith(b"\x7fELF") else -1
    if at < 0:
        return read(extension)
    begin = at + len(NOTE)
    return head[begin : begin + 20]


def sources() -> Iterator[str]:
    """Give the files of ours that decide what is found, inside the package, in a fixed order.

    Of rules they are those whose check runs; the others are pages about what is found natively.
    """
    from meshc.rules.index import RULES

    checks = (one.module for one in RULES.values() if one.found_by in CHECKS)
    found = [f"{module.removeprefix('meshc.').replace('.', '/')}.py" for module in checks]
    for part in PARTS:
        found += modules(part) if "." not in part else [part]
    yield from sorted(found)


def modules(folder: str) -> Iterator[str]:
    """Give every Python file in a folder of ours."""
    with os.scandir(f"{PACKAGE}/{folder}") as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield f"{folder}/{entry.name}"


def read(path: str, most: int = -1) -> bytes:
    """Read a file, or its beginning."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib takes longer
        return file.read(most)
