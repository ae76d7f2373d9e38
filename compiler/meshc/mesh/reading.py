"""What a text is meant to say: its trees without quotes, tabs and merges, to compare two texts by.

Two texts with the same intended reading differ in form only: in layout, in the order of keys, in
how a scalar is quoted, in blanks or tabs as indentation, in whether fields are merged or written
out. Which of them a tool can read is another question, and the reason why one is changed into the
other.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from meshc._native import Document

if TYPE_CHECKING:
    from meshc._native import Node

MERGE: Final = "MC005"
TAB: Final = "MC006"
READ_ALL_THE_SAME: Final = frozenset({"MC002", "MC008"})
"""What the reader reports without losing a document."""
WIDTHS: Final = (2, 4, 8)
"""Columns that a tab may have been meant for."""
LINES: Final = 2_000
"""Most lines indented with tabs that are mended; a larger file is a matter for an editor."""
INDENT: Final = re.compile(rb"[ ]*\t[ \t]*")

Reading = tuple[object, ...]
"""A shape per document: text, nothing, or a collection with shapes in it."""


@lru_cache(maxsize=16)
def intended(text: bytes) -> Reading | None:
    """Give the intended reading of a file; nothing if it has no single one.

    `<<` stands for the fields it merges, which those written out win over (YAML 1.1 type `merge`).
    Text indented with tabs is meant as it reads with blanks instead, if every usual width of a tab
    that can be read at all reads the same.
    """
    if all(code != TAB for code, _, _ in Document(text).findings):
        return merged(text)
    mended = (untabbed(text, width) for width in WIDTHS)
    readings = {merged(one) for one in mended if one is not None} - {None}
    return readings.pop() if len(readings) == 1 else None


@lru_cache(maxsize=16)
def untabbed(text: bytes, width: int) -> bytes | None:
    """Give a text with blanks for the tabs that indent it; nothing if that cannot be read."""
    made, indented = bytearray(), []
    for line in text.splitlines(keepends=True):
        found = INDENT.match(line)
        if found:
            indented.append(len(made))
        made += found[0].expandtabs(width) + line[found.end() :] if found else line
    if len(indented) > LINES:
        return None
    read = Document(bytes(made))
    if any(code not in {MERGE, *READ_ALL_THE_SAME} for code, _, _ in read.findings):
        return None
    # A tab inside a text of several lines is part of that text.
    deepest = ((at, around[-1]) for at in indented if (around := read.at(at)))
    inside = any(node.kind == "scalar" and node.start < at for at, node in deepest)
    return None if inside else bytes(made)


def merged(text: bytes) -> Reading | None:
    """Give the reading of a text without tabs, with the merges carried out."""
    read = Document(text)
    keys = [(start, end) for code, start, end in read.findings if code == MERGE]
    for start, end in reversed(keys):
        # In quotes it is a name like any other, which the reader does not refuse.
        text = text[:start] + b'"<<"' + text[end:]
    read = Document(text) if keys else read
    if any(code not in READ_ALL_THE_SAME for code, _, _ in read.findings):
        return None
    places = {start + 2 * number for number, (start, _) in enumerate(keys)}
    return tuple(shape(read.root(index), places) for index in range(len(read)))


def shape(node: Node, merges: set[int]) -> object:
    """Give the shape of a node; `merges` are the bytes at which a merge key stands."""
    if node.kind == "scalar":
        return None if node.null else node.value
    if node.kind == "sequence":
        return ("list", *(shape(item, merges) for item in node.items()))
    return ("mapping", *sorted(fields(node, merges), key=repr))


def fields(node: Node, merges: set[int]) -> list[tuple[str, object]]:
    """Give the fields of a mapping, merged ones behind its own; repeated ones stay repeated."""
    own, below = [], []
    for key, value in node.entries():
        if key.start in merges:
            sources = value.items() if value.kind == "sequence" else [value]
            below += [field for source in sources for field in fields(source, merges)]
        else:
            own.append((key.value or "", shape(value, merges)))
    first: dict[str, object] = {}
    for name, inner in below:
        first.setdefault(name, inner)
    known = {name for name, _ in own}
    return own + [(name, inner) for name, inner in first.items() if name not in known]
