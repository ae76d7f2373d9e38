"""A comment that hides findings, written where it hides these and, if it can, no others.

Pure: files in, files out. Whether a comment does what it should is not reasoned about but seen, by
linting the text that has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshc.change.edits import edited
from meshc.findings import Edit
from meshc.policy.suppressions import MARK
from meshc.spans import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from meshc.compiling import Linted
    from meshc.findings import Finding
    from meshc.repo.listing import File

WIDTH: Final = 100
"""Columns of the layout that `meshc fmt` keeps to."""


class NoPlace(Exception):
    """No comment can hide it; the message says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be hidden, where, and what is said of it."""

    code: str
    file: str
    line: int
    reason: str
    until: str | None = None
    """The day on which it ends, as ISO 8601 writes it."""
    ticket: str | None = None

    @property
    def comment(self) -> str:
        """Give the comment."""
        fields = ("reason", self.reason), ("until", self.until), ("ticket", self.ticket)
        said = "".join(f" {name}: {value}" for name, value in fields if value)
        return f"# meshc: ignore[{self.code}]{said}"

    def means(self, one: Finding) -> bool:
        """Tell whether a finding is one of those that are to be hidden."""
        place = one.primary
        return (one.code, place.file, place.line) == (self.code, self.file, self.line)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Files with a comment, and the findings that it hides."""

    files: tuple[File, ...]
    findings: tuple[Finding, ...]
    """As they were found before, sorted."""


def hide(files: Sequence[File], wish: Wish, lint: Callable[[Sequence[File]], Linted]) -> Hidden:
    """Write the comment where it hides least besides; raises `NoPlace`."""
    before = lint(files).findings
    wanted = {one for one in before if wish.means(one)}
    if not wanted:
        raise NoPlace(absent(before, wish))
    content = dict(files)[wish.file]
    best: Hidden | None = None
    for edit in places(content, wish):
        changed = edited(content, [edit])
        after = tuple((path, changed if path == wish.file else old) for path, old in files)
        hidden = gone(before, lint(after).findings, wish, edit)
        if hidden is None or not wanted <= set(hidden):
            continue
        if best is None or len(hidden) < len(best.findings):
            best = Hidden(after, hidden)
        if len(hidden) == len(wanted):
            break
    if best is None:
        raise NoPlace(f"no comment can stand at {wish.file}:{wish.line}; write a Waiver")
    return best


def absent(before: Sequence[Finding], wish: Wish) -> str:
    """Say that there is nothing to hide, and where there would be."""
    here = [one.primary for one in before if one.code == wish.code]
    lines = sorted({place.line for place in here if place.file == wish.file})
    message = f"{wish.code} finds nothing at {wish.file}:{wish.line}"
    if not lines:
        return message
    return f"{message}, but at line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"


def places(content: bytes, wish: Wish) -> Iterator[Edit]:
    """Give where the comment may stand: behind the line where it fits, else above.

    Above are the innermost entry or item that begins on the line, then those around it, each with
    more below it.
    """
    text = Text(wish.file, content)
    line = text.start(wish.line)
    whole = content[line : text.start(wish.line + 1)].rstrip(b"\r\n")
    end = line + len(whole.rstrip())
    behind = Edit(wish.file, end, line + len(whole), f"  {wish.comment}")
    # A comment like ours that stands there already would take what follows for its reason.
    free = MARK.encode() not in whole
    short = len(whole.rstrip().decode("utf-8", "replace")) + len(behind.text) <= WIDTH
    if free and short:
        yield behind
    for number in lines_around(content, wish, text):
        start = text.start(number)
        indent = len(content[start:]) - len(content[start:].lstrip(b" "))
        yield Edit(wish.file, start, start, f"{' ' * indent}{wish.comment}\n")
    if free and not short:
        yield behind


def lines_around(content: bytes, wish: Wish, text: Text) -> Iterator[int]:
    """Give the lines on which what is around the line begins, the innermost first."""
    from meshc._native import Document

    start = text.start(wish.line)
    rest = content[start:]
    first = start + len(rest) - len(rest.lstrip(b" -"))
    yield wish.line
    lines = {text.place(node.start, node.start).line for node in Document(content).at(first)}
    yield from sorted(lines - {wish.line}, reverse=True)


def gone(
    before: Sequence[Finding], after: Sequence[Finding], wish: Wish, edit: Edit
) -> tuple[Finding, ...] | None:
    """Give what is no longer found; nothing where something is found that was not."""
    growth = len(edit.text.encode()) - (edit.end - edit.start)
    own_line = edit.text.endswith("\n")

    def moved(one: Finding) -> tuple[object, ...]:
        """Give a finding as it is after the edit, as far as it can be compared."""
        place = one.primary
        if place.file != wish.file or place.start < edit.start:
            return one.code, one.message, place.file, place.start, place.line
        return one.code, one.message, place.file, place.start + growth, place.line + own_line

    def still(one: Finding) -> tuple[object, ...]:
        return one.code, one.message, one.primary.file, one.primary.start, one.primary.line

    left = {still(one) for one in after}
    known = {moved(one) for one in before}
    return None if left - known else tuple(one for one in before if moved(one) not in left)


def refusal(wish: Wish, today: str) -> str | None:
    """Say why such a comment would not be read as it is meant; nothing where it would."""
    from meshc.policy.selection import meant, suppressible
    from meshc.policy.suppressions import is_day, unsuppressible
    from meshc.rules.index import RULES

    if wish.code not in RULES:
        return f"`{wish.code}` is no rule; {meant(wish.code)}"
    if not suppressible(wish.code):
        return unsuppressible(wish.code)
    if not wish.reason:
        return "--reason: say why, so that somebody can judge it later"
    if wish.until is not None and not is_day(wish.until):
        return f"--until: `{wish.until}` is no day; write it as `2027-01-31`"
    if wish.until is not None and wish.until <= today:
        return f"--until: {wish.until} is not to come, so nothing would be hidden"
    return misread(wish)


def misread(wish: Wish) -> str | None:
    """Say why the words of a comment would be taken for something else."""
    from meshc.policy.suppressions import Comment, Span, suppression

    text = wish.comment.encode()
    read = suppression(Comment(wish.file, text, 0), Span(0, len(text)))
    reason = f"{wish.reason} ({wish.ticket})" if wish.ticket else wish.reason
    if read and wish.comment.isprintable() and (read.reason, read.until) == (reason, wish.until):
        return None
    return "--reason and --ticket hold no line ends and none of `reason:`, `until:` and `ticket:`"
