"""Comments that hide findings: `# meshc: ignore[MC509] reason: … until: 2027-01-31 ticket: …`.

Behind something, for what begins on that line; on a line of its own, for the entry or item below
and everything in it; above everything else of a file, for the file. Where comments stand and what
they are about is the reader's knowledge (`_native.comments`).
"""

from __future__ import annotations

import re

from meshc.names import nearest
from meshc.policy.selection import meant, suppressible
from meshc.record import dataclass
from meshc.rules.index import RULES
from meshc.rules.rule import Found
from meshc.rules.suppression.mc910_unused_suppression import HIDES_NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

    from meshc.findings import Finding

MARK: Final = "meshc:"
IGNORE: Final = re.compile(rb"#[ \t]*meshc:[ \t]*ignore[ \t]*\[([^\]]*)\]")
FIELD: Final = re.compile(rb"(?:(?<=[\s\]])|^)(reason|until|ticket):")
WORD: Final = re.compile(rb"(?:(?<=[\s\]])|^)([a-z]+):(?=\s|$)")
FORM: Final = "write `# meshc: ignore[MC501] reason: why`, and `until: 2027-01-31` if it is to end"


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file."""

    start: int
    end: int

    def holds(self, byte: int) -> bool:
        """Tell whether a byte is in it."""
        return self.start <= byte < self.end


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment that hides findings."""

    file: str
    span: Span
    about: Span
    codes: tuple[tuple[str, Span], ...]
    reason: str
    until: str | None = None
    """The day on which it ends, as ISO 8601 writes it."""
    until_span: Span = Span(0, 0)

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding begins in what the comment is about and has one of its codes."""
        place = finding.primary
        return (
            place.file == self.file
            and self.about.holds(place.start)
            and any(code == finding.code for code, _ in self.codes)
        )

    def ended(self, at: str | None) -> bool:
        """Tell whether it has ended on a day; nothing ends without a day."""
        return at is not None and self.until is not None and self.until <= at


@dataclass(frozen=True, slots=True)
class Comments:
    """What the comments of a repository say to the compiler."""

    by_file: dict[str, list[Suppression]]
    wrong: tuple[tuple[str, Found], ...]
    """Code and place of what is wrong with single comments."""

    def hiding(self, finding: Finding, at: str | None) -> Suppression | None:
        """Give the first comment that hides a finding on a day; nothing where none does."""
        here = self.by_file.get(finding.primary.file, ())
        return next((one for one in here if one.covers(finding) and not one.ended(at)), None)


def read(files: Iterable[tuple[str, bytes]]) -> Comments:
    """Read the comments of files, in order."""
    from meshc._native import comments

    good: dict[str, list[Suppression]] = {}
    wrong: list[tuple[str, Found]] = []
    for file, content in files:
        for start, end, *about in comments(content, MARK):
            comment = Comment(file, content[start:end], start)
            made = suppression(comment, Span(*about))
            if isinstance(made, Suppression):
                good.setdefault(file, []).append(made)
            wrong += comment.wrong
    return Comments(good, tuple(wrong))


class Comment:
    """One comment while it is read."""

    __slots__ = ("file", "start", "text", "wrong")

    def __init__(self, file: str, text: bytes, start: int) -> None:
        """Take a comment's text and its first byte."""
        self.file = file
        self.text = text.rstrip()
        self.start = start
        self.wrong: list[tuple[str, Found]] = []

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Give bytes of the comment as bytes of the file."""
        end = len(self.text) if end is None else end
        return Span(self.start + start, self.start + end)

    def note(self, code: str, message: str, span: Span, help: str | None = None) -> None:  # noqa: A002 - what a finding calls it
        """Note what is wrong with it."""
        self.wrong.append((code, Found(message, self.file, span.start, span.end, help)))


def suppression(comment: Comment, about: Span) -> Suppression | None:
    """Read a comment; nothing where it cannot be what it wants to be."""
    head = IGNORE.match(comment.text)
    if head is None:
        comment.note(
            "MC910", "this comment hides nothing: it is not understood", comment.span(), FORM
        )
        return None
    codes = tuple(listed(comment, head))
    fields = parted(comment, head.end())
    if fields is None:
        return None
    until = fields.get("until")
    if until is not None and not is_day(until[0]):
        message = f"this comment hides nothing: `{until[0]}` is no date"
        comment.note("MC910", message, until[1], "write a day of the calendar, as `2027-01-31`")
        return None
    if not codes:
        return None
    reason = fields["reason"][0] if "reason" in fields else ""
    if not reason:
        help_ = "write `reason:` and why, so that somebody can judge it later"
        comment.note("MC911", "this suppression gives no reason", comment.span(), help_)
    if "ticket" in fields and fields["ticket"][0]:
        reason = f"{reason} ({fields['ticket'][0]})".lstrip()
    when, span = until or (None, Span(0, 0))
    return Suppression(comment.file, comment.span(), about, codes, reason, when, span)


def listed(comment: Comment, head: re.Match[bytes]) -> Iterator[tuple[str, Span]]:
    """Give the codes of a comment that can be hidden; note the others."""
    found = [*re.finditer(rb"[^,\s][^,]*", head[1])]
    if not found:
        span = comment.span(head.start(1) - 1, head.end(1) + 1)
        comment.note("MC910", "this comment hides nothing: it names no rule", span, FORM)
    for one in found:
        word = one[0].rstrip()
        begin = head.start(1) + one.start()
        span = comment.span(begin, begin + len(word))
        code = word.decode("utf-8", "replace")
        if code not in RULES:
            comment.note("MC910", f"`{code}` is no rule, so nothing is hidden", span, meant(code))
        elif not suppressible(code):
            comment.note("MC910", unsuppressible(code), span, "mend what the rule finds")
        else:
            yield code, span


def unsuppressible(code: str) -> str:
    """Say that what a rule finds cannot be hidden."""
    why = (
        "it watches suppressions"
        if RULES[code].found_by == "policy"
        else "what it finds keeps a mesh from being compiled"
    )
    return f"`{code}` cannot be hidden: {why}"


def parted(comment: Comment, begin: int) -> dict[str, tuple[str, Span]] | None:
    """Part what stands behind the codes into fields; nothing where that is not clear."""
    text = comment.text
    for found in WORD.finditer(text, begin):
        word = found[1].decode()
        near = nearest(word, ["reason", "until", "ticket"])
        if near and word not in near:
            message = f"this comment hides nothing: `{word}:` is no field of it"
            hint = f"did you mean `{near[0]}:`?"
            comment.note("MC910", message, comment.span(*found.span(1)), hint)
            return None
    marks = [*FIELD.finditer(text, begin)]
    fields: dict[str, tuple[str, Span]] = {}
    for number, found in enumerate(marks):
        name = found[1].decode()
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        raw = text[found.end() : end]
        at = found.end() + len(raw) - len(raw.lstrip())
        if name in fields:
            message = f"this comment hides nothing: it says `{name}:` twice"
            comment.note("MC910", message, comment.span(*found.span(1)))
            return None
        value = raw.strip()
        fields[name] = (value.decode("utf-8", "replace"), comment.span(at, at + len(value)))
    return fields


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, as ISO 8601 writes it."""
    from datetime import date  # only a suppression with an end pays for it

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def hygiene(
    comments: Comments, found: Iterable[Finding], at: str | None
) -> Iterator[tuple[str, Found]]:
    """Find suppressions that hide nothing (MC910), and those that have ended (MC912).

    One that has ended and would hide nothing is only the former.
    """
    by_file: dict[str, list[Finding]] = {}
    for finding in found:
        by_file.setdefault(finding.primary.file, []).append(finding)
    for one in (each for here in comments.by_file.values() for each in here):
        hidden = {each.code for each in by_file.get(one.file, ()) if one.covers(each)}
        unused = [span for code, span in one.codes if code not in hidden]
        if not hidden:
            yield "MC910", Found(HIDES_NOTHING, one.file, one.span.start, one.span.end)
            continue
        for span in unused:
            yield "MC910", Found(HIDES_NOTHING, one.file, span.start, span.end)
        if one.ended(at):
            span = one.until_span
            message = f"this suppression ended on {one.until}, and what it hid is still there"
            yield "MC912", Found(message, one.file, span.start, span.end)
