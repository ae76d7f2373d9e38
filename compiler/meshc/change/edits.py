"""Edits by byte span: which can be made together, and what a text is after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from meshc.findings import Edit, Fix
    from meshc.repo.listing import File


class Misfit(Exception):
    """Edits cannot be made: out of bounds, of a file that is not there, or overlapping."""


def together(fixes: Iterable[Fix]) -> list[Fix]:
    """Give the fixes that can be made at once: where two touch, the first one wins."""
    chosen: dict[Fix, None] = {}
    taken: dict[str, list[tuple[int, int]]] = {}
    for fix in fixes:
        if fix in chosen or any(touches(one, taken.get(one.file, [])) for one in fix.edits):
            continue
        chosen[fix] = None
        for one in fix.edits:
            taken.setdefault(one.file, []).append((one.start, one.end))
    return list(chosen)


def touches(edit: Edit, taken: Iterable[tuple[int, int]]) -> bool:
    """Tell whether an edit shares a byte or a border with a range."""
    return any(edit.start <= end and start <= edit.end for start, end in taken)


def made(files: Sequence[File], fixes: Iterable[Fix]) -> tuple[File, ...]:
    """Give the files after fixes that can be made together; raises `Misfit`."""
    by_file: dict[str, list[Edit]] = {}
    for fix in fixes:
        for one in fix.edits:
            by_file.setdefault(one.file, []).append(one)
    contents: Mapping[str, bytes] = dict(files)
    if missing := sorted(by_file.keys() - contents.keys()):
        raise Misfit(f"`{missing[0]}` is none of the files")
    return tuple((path, edited(content, by_file.get(path, []))) for path, content in files)


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """Give a file's content after edits, with its own line ends; raises `Misfit`."""
    parts, at = [], 0
    ends = b"\r\n" if content.partition(b"\n")[0].endswith(b"\r") else b"\n"
    for one in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not at <= one.start <= one.end <= len(content):
            raise Misfit(f"bytes {one.start} to {one.end} cannot be changed")
        parts += [content[at : one.start], one.text.encode().replace(b"\n", ends)]
        at = one.end
    return b"".join((*parts, content[at:]))
