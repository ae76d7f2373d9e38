"""Draws marks under lines of source: several on a line, over several lines, in order of lines.

The form is rustc's: the rightmost label stands beside its mark, the others hang below theirs, and
a range of several lines has a bar at its left.
"""

from __future__ import annotations

from itertools import pairwise

from meshc.record import dataclass
from meshc.report import cells
from meshc.report.palette import Drawing, Palette
from meshc.report.plain import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

    from meshc.report.cells import Row
    from meshc.spans import Place, Text

HEAD: Final = 3
"""Lines shown of the beginning of a long range."""
TAIL: Final = 2
"""Lines shown of its end."""


@dataclass(frozen=True, slots=True)
class Gutter:
    """Line numbers and the bar beside them."""

    width: int
    palette: Palette

    def line(self, number: int | None, content: str = "") -> str:
        """Give a line with its number, or without one."""
        name = "" if number is None else str(number)
        bar = self.palette.paint("gutter", f"{name:>{self.width}} |")
        return f"{bar} {content}".rstrip()

    def change(self, number: int, content: str) -> str:
        """Give a line that goes or comes."""
        return f"{self.palette.paint('gutter', f'{number:>{self.width}}')} {content}"

    def gap(self, bars: str) -> str:
        """Stand for lines left out."""
        dots = self.palette.paint("gutter", f"{'...':<{self.width + 2}}")
        return f"{dots} {bars}".rstrip()

    def pointer(self, arrow: str, where: str) -> str:
        """Name the place a snippet is from."""
        return f"{' ' * self.width}{self.palette.paint('gutter', arrow)} {where}"

    def note(self, title: str, text: str) -> str:
        """Say something below a snippet."""
        sign = self.palette.paint("gutter", "=")
        return f"{' ' * self.width} {sign} {self.palette.paint('strong', title)}: {text}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A range to mark; characters of a line count from 0, `end` is excluded."""

    line: int
    begin: int
    end_line: int
    end: int
    label: str
    style: str
    sign: str

    @property
    def long(self) -> bool:
        """Tell whether it covers several lines."""
        return self.end_line > self.line

    def at(self, line: int) -> int | None:
        """Give the character where it begins or ends on a line; nothing elsewhere."""
        if line == self.line:
            return self.begin
        return max(self.end - 1, 0) if line == self.end_line else None

    def lines(self) -> set[int]:
        """Give the lines of source to show of it."""
        if self.end_line - self.line < HEAD + TAIL:
            return set(range(self.line, self.end_line + 1))
        head = range(self.line, self.line + HEAD)
        return {*head, *range(self.end_line - TAIL + 1, self.end_line + 1)}


def mark(place: Place, text: Text, label: str, style: str, sign: str) -> Mark:
    """Make a mark of a place; an end behind a line break is the end of the line before it."""
    end_line, end = place.end_line, place.end_column - 1
    if end == 0 and end_line > place.line:
        end_line -= 1
        end = len(text.line(end_line))
    return Mark(place.line, place.column - 1, end_line, end, label, style, sign)


def laid(text: Text, line: int, marks: Iterable[Mark]) -> Row:
    """Lay a line out around the marks on it."""
    points = [at for one in marks if (at := one.at(line)) is not None]
    return cells.row(text.line(line), min(points, default=0))


def together(text: Text, marks: Sequence[Mark]) -> bool:
    """Tell whether marks can be drawn in one snippet: no line is cut between two of them."""
    for line in {one.line for one in marks}:
        points = [at for one in marks if (at := one.at(line)) is not None]
        if len(points) > 1 and len(text.line(line)) > cells.WIDTH:
            row = laid(text, line, marks)
            if not all(row.holds(point) for point in points):
                return False
    return True


def draw(text: Text, marks: Sequence[Mark], gutter: Gutter) -> Iterator[str]:
    """Write a snippet."""
    lanes = Lanes(marks)
    wanted = sorted({line for one in marks for line in one.lines()})
    yield gutter.line(None)
    for before, line in pairwise([0, *wanted]):
        between = line - before - 1 if before else 0
        if between == 1:
            yield from source(text, before + 1, (), lanes, gutter)
        elif between:
            yield gutter.gap(lanes.drawing(before, behind=True).text(gutter.palette))
        here = [one for one in marks if one.at(line) is not None]
        yield from source(text, line, here, lanes, gutter)


def source(
    text: Text, line: int, marks: Sequence[Mark], lanes: Lanes, gutter: Gutter
) -> Iterator[str]:
    """Write one line of source with what is marked in it."""
    row = laid(text, line, marks)
    opened = [one for one in marks if one.long and one.line == line]
    bars = lanes.drawing(line, behind=False)
    for one in opened:
        if row.column(one.begin) <= row.indent:
            bars.put(lanes.column(one), "/", one.style)
    bars.put(lanes.width, "", "")
    yield gutter.line(line, bars.text(gutter.palette) + row.text)
    drawings = [lanes.opening(one, row) for one in opened if row.column(one.begin) > row.indent]
    short = [one for one in marks if not one.long]
    drawings += underlines(short, row, lanes, line) if short else []
    drawings += [lanes.closing(one, row) for one in marks if one.long and one.end_line == line]
    for drawing in drawings:
        yield gutter.line(None, drawing.text(gutter.palette))


def underlines(marks: Sequence[Mark], row: Row, lanes: Lanes, line: int) -> list[Drawing]:
    """Draw the marks of one line and their labels."""
    spans = {one: span(one, row, lanes.width) for one in marks}
    under = lanes.drawing(line, behind=True)
    for one in sorted(marks, key=lambda one: one.sign == "^"):  # the primary one over the others
        begin, end = spans[one]
        under.put(begin, one.sign * (end - begin), one.style)
    labelled = sorted((one for one in marks if one.label), key=lambda one: spans[one][0])
    last = max(labelled, key=lambda one: (spans[one][1], spans[one][0]), default=None)
    if last and under.free(spans[last][1]):
        under.put(spans[last][1] + 1, shown(last.label), last.style)
        labelled.remove(last)
    drawings = [under]
    if labelled:
        drawings.append(hanging(labelled, spans, lanes.drawing(line, behind=True)))
    while labelled:
        one = labelled.pop()
        begin = spans[one][0]
        left = [other for other in labelled if spans[other][0] < begin]
        drawing = hanging(left, spans, lanes.drawing(line, behind=True))
        drawing.put(begin, shown(one.label), one.style)
        drawings.append(drawing)
    return drawings


def span(one: Mark, row: Row, offset: int) -> tuple[int, int]:
    """Give the columns of a mark; an empty one takes one."""
    begin = row.column(one.begin)
    return offset + begin, offset + max(row.column(one.end), begin + 1)


def hanging(marks: Iterable[Mark], spans: dict[Mark, tuple[int, int]], on: Drawing) -> Drawing:
    """Draw the threads that labels further down hang on."""
    for one in marks:
        on.put(spans[one][0], "|", one.style)
    return on


class Lanes:
    """The bars at the left, one for each range of several lines that is open at a time."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        """Give each long mark the leftmost free lane."""
        self._lanes: dict[Mark, int] = {}
        ends: list[int] = []
        for one in sorted(marks, key=lambda one: (one.line, -one.end_line)):
            if not one.long or one in self._lanes:
                continue
            lane = next((at for at, end in enumerate(ends) if end < one.line), len(ends))
            ends[lane : lane + 1] = [one.end_line]
            self._lanes[one] = lane
        self.width = 2 * len(ends)

    def column(self, one: Mark) -> int:
        """Give the column of a mark's bar."""
        return 2 * self._lanes[one]

    def drawing(self, line: int, *, behind: bool) -> Drawing:
        """Draw the bars open on a line: before its source, or behind it with those begun there."""
        drawing = Drawing()
        for one in self._lanes:
            if one.line < line <= one.end_line or (behind and one.line == line):
                drawing.put(self.column(one), "|", one.style)
        return drawing

    def opening(self, one: Mark, row: Row) -> Drawing:
        """Lead from the bar to the first character marked."""
        drawing = self.drawing(one.line, behind=False)
        begin, column = self.column(one) + 1, self.width + row.column(one.begin)
        drawing.put(begin, "_" * (column - begin) + one.sign, one.style)
        return drawing

    def closing(self, one: Mark, row: Row) -> Drawing:
        """Lead from the bar to the last character marked, with the label."""
        drawing = self.drawing(one.end_line, behind=False)
        begin = self.column(one)
        column = self.width + max(row.column(one.end) - 1, 0)
        line = "|" + "_" * (column - begin - 1) + one.sign
        drawing.put(begin, f"{line} {shown(one.label)}".rstrip(), one.style)
        return drawing
