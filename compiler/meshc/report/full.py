"""Findings as source snippets (language reference, section 9)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshc.report.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meshc.findings import Finding
    from meshc.spans import Place, Texts

WIDTH: Final = 160
"""Columns of source shown of one line; a longer line is cut around its carets."""
BEFORE: Final = 60
"""Columns kept before the carets of a cut line."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Escapes for each part; empty strings where a terminal is not the reader."""

    severities: dict[str, str]
    strong: str
    gutter: str
    end: str


PLAIN: Final = Palette({}, "", "", "")
ANSI: Final = Palette(
    {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"},
    "\x1b[1m",
    "\x1b[1;34m",
    "\x1b[0m",
)


def render(findings: Sequence[Finding], texts: Texts, palette: Palette) -> str:
    """Write every finding with its source, an empty line between two."""
    return "\n".join(
        "".join(f"{line}\n" for line in finding_lines(one, texts, palette)) for one in findings
    )


def finding_lines(one: Finding, texts: Texts, palette: Palette) -> Iterator[str]:
    """Write one finding."""
    colour, end = palette.severities.get(one.severity, ""), palette.end
    claim = f"{palette.strong} {one.name}: {shown(one.message)}{end}"
    yield f"{colour}{one.severity}[{one.code}]{end}{claim}"
    width = len(str(max(one.primary.line, *(r.place.line for r in one.related), 1)))
    pad = " " * width
    yield f"{pad}{palette.gutter}-->{end} {where(one.primary)}"
    yield from snippet(one.primary, one.hint or "", "^", texts, (width, palette))
    for related in one.related:
        yield f"{pad}{palette.gutter}:::{end} {where(related.place)}"
        yield from snippet(related.place, related.message, "-", texts, (width, palette))
    if one.help:
        yield f"{pad} {palette.gutter}={end} help: {shown(one.help)}"
    yield f"{pad} {palette.gutter}={end} docs: meshc explain {one.code}"


def where(place: Place) -> str:
    """Name a place as editors open it."""
    return f"{shown(place.file)}:{place.line}:{place.column}"


def snippet(
    place: Place, label: str, mark: str, texts: Texts, style: tuple[int, Palette]
) -> Iterator[str]:
    """Write a line of source with marks below; a range of several lines marks its first."""
    width, palette = style
    bar, end = f"{palette.gutter}|", palette.end
    source = shown(texts.text(place.file).line(place.line))
    last = place.end_column if place.end_line == place.line else len(source) + 1
    begin = place.column - 1
    cut = max(0, begin - BEFORE) if len(source) > WIDTH else 0
    piece = source[cut : cut + WIDTH]
    marked = source[begin : max(last - 1, begin)][: WIDTH - (begin - cut)]
    space = " " * columns(source[cut:begin])
    marks = mark * max(columns(marked), 1)
    yield f"{' ' * width} {bar}{end}"
    yield f"{palette.gutter}{place.line:>{width}} |{end} {'…' if cut else ''}{piece}".rstrip()
    note = f" {shown(label)}" if label else ""
    yield f"{' ' * width} {bar}{end} {' ' if cut else ''}{space}{marks}{note}"


def columns(text: str) -> int:
    """Give the terminal columns of a text; East Asian wide characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
