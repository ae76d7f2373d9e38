"""Findings for people, each with its source (this is what `meshc lint` writes by itself).

The first line has severity, code, name and claim. `-->` names the place, carets mark it, and what
stands beside them says what to write instead. Other places that matter are marked by dashes, in
the same snippet or after `:::` in one of their own. Then come the decision that is needed, the
path of calls where the claim is about one, and the change that `--fix` would make.

Colours are written to a terminal only; `--color`, `NO_COLOR` and `FORCE_COLOR` decide otherwise. A
terminal shows the 100 gravest findings and says how many more there are; `--limit` changes that.
Characters that could steer a terminal or a build agent are shown as U+FFFD.
"""

from __future__ import annotations

from meshc.report.palette import Palette
from meshc.report.plain import shown
from meshc.report.run import more
from meshc.report.snippet import Gutter, Mark, draw, mark, together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from meshc.findings import Finding, Related
    from meshc.report.run import Run
    from meshc.spans import Place

PLACES: Final = 8
"""Other places shown of one finding."""
HOPS: Final = 24
"""Hops shown of one path; of a longer one the middle is left out."""


def render(run: Run) -> str:
    """Write the findings, an empty line between two."""
    palette = Palette(run.colour)
    findings, hidden = run.shortened()
    blocks = ["".join(f"{line}\n" for line in block(one, run, palette)) for one in findings]
    if hidden:
        blocks.append(f"{more(hidden)}\n")
    return "\n".join(blocks)


def block(one: Finding, run: Run, palette: Palette) -> Iterator[str]:
    """Write one finding."""
    title = palette.paint(str(one.severity), f"{one.severity}[{one.code}]")
    yield title + palette.paint("strong", f" {one.name}: {shown(one.message)}")
    related = one.related[:PLACES]
    gutter = Gutter(widest(one, related, run), palette)
    sections = parted(one, related, run)
    for number, (place, marks) in enumerate(sections):
        yield gutter.pointer(":::" if number else "-->", run.where(place))
        yield from draw(run.texts.text(place.file), marks, gutter)
    if len(one.related) > PLACES:
        yield gutter.note("note", f"{len(one.related) - PLACES} more places")
    if one.help:
        yield gutter.note("help", shown(one.help))
    if one.flow:
        yield from path(one.flow, run, gutter)
    for fix in one.fixes:
        from meshc.report.preview import preview  # most findings have none

        yield from preview(fix, one, run, gutter)
    yield gutter.note("docs", f"meshc explain {one.code}")


def widest(one: Finding, related: Sequence[Related], run: Run) -> int:
    """Give the digits of the largest line number that is shown."""
    lines = [one.primary.end_line, *(other.place.end_line for other in related)]
    edits = (edit for fix in one.fixes for edit in fix.edits)
    lines += (run.texts.text(edit.file).place(edit.start, edit.end).end_line for edit in edits)
    return len(str(max(lines)))


def parted(one: Finding, related: Sequence[Related], run: Run) -> list[tuple[Place, list[Mark]]]:
    """Gather the marks that share a snippet, the primary one first."""
    text = run.texts.text(one.primary.file)
    sections = [(one.primary, [mark(one.primary, text, one.hint or "", str(one.severity), "^")])]
    for other in related:
        text = run.texts.text(other.place.file)
        drawn = mark(other.place, text, other.message, "related", "-")
        for place, marks in sections:
            if place.file == other.place.file and together(text, [*marks, drawn]):
                marks.append(drawn)
                break
        else:
            sections.append((other.place, [drawn]))
    return sections


def path(flow: Sequence[Related], run: Run, gutter: Gutter) -> Iterator[str]:
    """Write a path hop by hop."""
    count = len(flow)
    yield gutter.note("path", f"{count} hop{'s' * (count != 1)}")
    shown_hops = list(enumerate(flow, start=1))
    if count > HOPS:
        shown_hops = [*shown_hops[: HOPS // 2], *shown_hops[-HOPS // 2 :]]
    wide = len(str(count))
    before = 0
    for number, hop in shown_hops:
        if number - before > 1:
            yield f"{' ' * gutter.width}   {'...':>{wide + 1}} {number - before - 1} more"
        before = number
        place = gutter.palette.paint("gutter", f"({run.where(hop.place)})")
        yield f"{' ' * gutter.width}   {number:>{wide}}. {shown(hop.message)} {place}"
