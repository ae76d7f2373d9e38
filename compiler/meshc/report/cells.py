"""Source lines as a terminal lays them out: columns of wide, combining and tab characters."""

from __future__ import annotations

from meshc.record import dataclass
from meshc.report.plain import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

WIDTH: Final = 140
"""Columns of source shown of one line; a longer line is cut around what is marked."""
BEFORE: Final = 50
"""Columns kept before the first mark of a cut line."""
TAB: Final = "    "
"""A tab is shown as so many spaces wherever it stands: its stops depend on the terminal."""
CUT: Final = "..."


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of a source line as shown; `starts` are the columns of its characters, and its end.

    `first` is the index of the first character shown. Columns count from 0.
    """

    text: str
    first: int
    starts: tuple[int, ...]

    def column(self, index: int) -> int:
        """Give the column of a character of the line; one that is cut off, the nearest shown."""
        return self.starts[min(max(index - self.first, 0), len(self.starts) - 1)]

    def holds(self, index: int) -> bool:
        """Tell whether a character is shown (the end of the line counts as one)."""
        return self.first <= index < self.first + len(self.starts)

    @property
    def indent(self) -> int:
        """Give the column of the first character that is not blank."""
        return len(self.text) - len(self.text.lstrip(" "))


def row(line: str, mark: int) -> Row:
    """Lay a line out; if it is too long, what stands around the character `mark`."""
    if line.isascii() and "\t" not in line:
        return plain(line, mark)
    first = 0
    if len(line) > WIDTH or columns(line) > WIDTH:
        first = min(max(0, mark - BEFORE), max(0, len(line) - 1))
        while first and width(line[first]) == 0:
            first -= 1  # a combining character is not parted from its base
    piece = shown_but_tabs(line[first : first + WIDTH])
    text, starts = (CUT if first else ""), [len(CUT) if first else 0]
    for character in piece:
        wide = width(character)
        if starts[-1] + wide > WIDTH:
            break
        text += TAB if character == "\t" else character
        starts.append(starts[-1] + wide)
    if first + len(starts) - 1 < len(line):
        text += CUT
    return Row(text, first, tuple(starts))


def plain(line: str, mark: int) -> Row:
    """Lay out a line in which every character takes a column."""
    if len(line) <= WIDTH:
        return Row(shown(line), 0, tuple(range(len(line) + 1)))
    first = min(max(0, mark - BEFORE), len(line) - 1)
    begin = len(CUT) if first else 0
    piece = shown(line[first : first + WIDTH])[: WIDTH - begin]
    left = CUT if first + len(piece) < len(line) else ""
    text = f"{CUT[:begin]}{piece}{left}"
    return Row(text, first, tuple(range(begin, begin + len(piece) + 1)))


def shown_but_tabs(text: str) -> str:
    """Make a text safe to print and keep its tabs."""
    return "\t".join(shown(part) for part in text.split("\t"))


def columns(text: str) -> int:
    """Give the terminal columns of a text."""
    return len(text) if text.isascii() and "\t" not in text else sum(map(width, text))


def width(character: str) -> int:
    """Give the columns of a character: East Asian wide ones take two, combining ones none."""
    if character == "\t":
        return len(TAB)
    if character.isascii():
        return 1
    import unicodedata  # most lines are ASCII

    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
