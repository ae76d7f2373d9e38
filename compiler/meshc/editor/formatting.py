"""Formatting: what `meshc fmt` would change in a file as it is typed."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from meshc.change.layout import laid_out
from meshc.findings import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshc.editor.workspace import Workspace


def formatted(workspace: Workspace, path: str) -> list[Edit]:
    """Give one edit of the lines that change; none for a file in its layout.

    A file that cannot be read is left as it is: its diagnostics say why. So is what is no YAML.
    """
    if not path.endswith((".yaml", ".yml")):
        return []
    (laid,) = laid_out([(path, workspace.text(path))])
    if not laid.differs:
        return []
    old, new = laid.old.splitlines(keepends=True), laid.new.splitlines(keepends=True)
    before = alike(zip(old, new, strict=False))
    # What was counted from the top is not counted again from below.
    after = alike(zip(reversed(old[before:]), reversed(new[before:]), strict=False))
    changed = b"".join(new[before : len(new) - after]).decode()
    start = len(b"".join(old[:before]))
    end = len(laid.old) - len(b"".join(old[len(old) - after :]))
    return [Edit(path, start, end, changed)]


def alike(lines: Iterable[tuple[bytes, bytes]]) -> int:
    """Count the pairs of equal lines until the first that differs."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], lines))
