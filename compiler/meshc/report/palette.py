"""Colours by meaning, and lines that are drawn cell by cell."""

from __future__ import annotations

from itertools import groupby

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

STYLES: Final = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "info": "\x1b[1;36m",
    "strong": "\x1b[1m",
    "gutter": "\x1b[1;34m",
    "related": "\x1b[1;34m",
    "removed": "\x1b[31m",
    "added": "\x1b[32m",
}
END: Final = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Palette:
    """Paints, or leaves everything as it is."""

    colour: bool

    def paint(self, style: str, text: str) -> str:
        """Give a text in a style; an empty text or style needs no escape."""
        if not self.colour or not style or not text:
            return text
        return f"{STYLES[style]}{text}{END}"


class Drawing:
    """One line of marks: later ones are drawn over earlier ones."""

    __slots__ = ("_cells",)

    def __init__(self) -> None:
        """Begin with nothing."""
        self._cells: list[tuple[str, str]] = []

    def put(self, column: int, text: str, style: str) -> None:
        """Draw a text from a column on."""
        lacking = column + len(text) - len(self._cells)
        self._cells += [(" ", "")] * max(lacking, 0)
        for at, character in enumerate(text, start=column):
            self._cells[at] = (character, style)

    def free(self, column: int) -> bool:
        """Tell whether nothing is drawn from a column on."""
        return all(character == " " for character, _ in self._cells[column:])

    def text(self, palette: Palette) -> str:
        """Give the line, neighbours of one style in one escape."""
        if not palette.colour:
            return "".join([character for character, _ in self._cells])
        return "".join(
            palette.paint(style, "".join(character for character, _ in cells))
            for style, cells in groupby(self._cells, key=lambda cell: cell[1])
        )
