"""What a fix would change, as a small difference of lines."""

from __future__ import annotations

from itertools import groupby

from meshc.report import cells
from meshc.report.plain import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from meshc.findings import Edit, Finding, Fix
    from meshc.report.run import Run
    from meshc.report.snippet import Gutter
    from meshc.spans import Place, Text

LINES: Final = 6
"""Lines shown of each side of a hunk."""


def preview(fix: Fix, one: Finding, run: Run, gutter: Gutter) -> Iterator[str]:
    """Write a fix: what it does, then lines that go and lines that come.

    The lines are left out where the hint beside the carets says the same already.
    """
    yield gutter.note("fix" if fix.safe else "unsafe fix", shown(fix.message))
    home = one.primary
    if one.hint and len(fix.edits) == 1:
        edit = fix.edits[0]
        marked = (edit.file, edit.start, edit.end) == (home.file, home.start, home.end)
        if marked and f"`{edit.text}`" in one.hint:
            return
    edits = sorted(fix.edits, key=lambda one: (one.file != home.file, one))
    for file, of_file in groupby(edits, key=lambda one: one.file):
        text = run.texts.text(file)
        for hunk in hunks(text, list(of_file)):
            place = text.place(hunk[0].start, hunk[-1].end)
            if file != home.file:
                yield gutter.pointer(":::", f"{shown(run.path(place))}:{place.line}")
            yield gutter.line(None)
            yield from difference(text, place, hunk, gutter)
    yield gutter.line(None)


def hunks(text: Text, edits: Sequence[Edit]) -> list[list[Edit]]:
    """Part sorted edits into groups that share no line."""
    groups: list[list[Edit]] = []
    reached = 0
    for edit in edits:
        place = text.place(edit.start, edit.end)
        if groups and place.line <= reached:
            groups[-1].append(edit)
        else:
            groups.append([edit])
        reached = max(reached, place.end_line)
    return groups


def difference(text: Text, place: Place, edits: Sequence[Edit], gutter: Gutter) -> Iterator[str]:
    """Write the lines of one hunk before and after."""
    whole = text.whole(place.line, place.end_line)
    old, new = text.marked(whole), text.edited(whole, edits)
    before, after, same = apart(lines(old), lines(new))
    changes = ("-", "removed", before), ("+", "added", after)
    for sign, style, content in changes:
        for number, line in enumerate(content[:LINES], start=place.line + same):
            drawn = f"{sign} {cells.row(line, place.column - 1).text}".rstrip()
            yield gutter.change(number, gutter.palette.paint(style, drawn))
        if len(content) > LINES:
            yield gutter.gap(f"{sign} {len(content) - LINES} more lines")


def lines(content: bytes) -> list[str]:
    """Part bytes into lines without their ends."""
    return [one.decode("utf-8", "replace") for one in content.splitlines()]


def apart(old: list[str], new: list[str]) -> tuple[list[str], list[str], int]:
    """Drop the lines that both begin or end with; also gives how many they begin with."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    old, new = old[same:], new[same:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new, same
