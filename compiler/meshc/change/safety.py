"""Whether a change may be made: decided from the files before and after it, not from what it says.

Decision 0016 says what a safe fix is and why; this module carries it out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshc.mesh import schema
from meshc.mesh.reading import intended
from meshc.mesh.sources import Sources
from meshc.rules.index import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshc.compiling import Linted
    from meshc.repo.listing import File

OF_ONE_FILE: Final = frozenset({"reader", "checker"})
"""Who finds what is wrong with a file whatever the others say."""


@dataclass(frozen=True, slots=True)
class State:
    """Files and what a lint says of them."""

    files: tuple[File, ...]
    linted: Linted

    def meaning(self) -> object | None:
        """Give what the mesh does: every slice, and every policy test without its place.

        What slices name is among it, as another content has another digest. Nothing where it
        does not compile.
        """
        if not self.linted.fit:
            return None
        try:
            emitted = self.linted.mesh.emit()
        except ValueError:
            return None
        tests = json.loads(self.linted.mesh.tests())
        plain = [{key: one[key] for key in one if key not in PLACE} for one in tests]
        return [(workload, slice_) for workload, slice_, _ in emitted.slices], plain


TO_THE_COMPILER: Final = re.compile(rb"#[ \t]*meshc:")
PLACE: Final = frozenset({"line", "column"})


def objection(before: State, after: State, *, safe: bool) -> str | None:
    """Say why a change may not be made; nothing if it may.

    Whatever is changed, no comment is lost and nothing that could be read becomes unreadable. A
    safe change moreover leaves slices and policy tests as they are, byte for byte, where there are
    some; where the mesh did not compile, it leaves the intended reading of each file as it is and
    gives reader and checker nothing new to find.
    """
    old, new = Sources(before.files), Sources(after.files)
    changed = old.differing(new)
    for path in changed:
        if comments(new, path) != comments(old, path):
            return f"it would lose or change a comment in `{path}`"
        if Counter(codes(new, path)) - Counter(codes(old, path)):
            return f"`{path}` could not be read any more"
    return unsafe(before, after, old, new) if safe else None


def unsafe(before: State, after: State, old: Sources, new: Sources) -> str | None:
    """Say why a change is not safe."""
    if (meaning := before.meaning()) is not None:
        if (fresh := after.meaning()) is None:
            return "the mesh would not compile any more"
        if meaning != fresh:
            return "the compiled mesh would not be the same"
        worse = claims(after.linted) - claims(before.linted)
        return f"it would bring a finding: {min(worse)[2]}" if worse else None
    changed = old.differing(new)
    for path in changed:
        meant = intended(old.text(path))
        if meant is None or meant != intended(new.text(path)):
            return f"`{path}` would not say the same any more"
    whole = {path for path in changed if not unread(old, path)}
    suspects = local(after.linted, whole) - local(before.linted, whole)
    for path in sorted({file for file, _, _ in suspects}):
        # The linker lends some of their codes; asked of the file alone, only they answer.
        if brought := alone(new, path) - alone(old, path):
            return f"it would bring a finding: {min(brought)[1]}"
    return None


def comments(sources: Sources, path: str) -> list[bytes]:
    """Give the comments of a file, sorted: a fix may move one, never change it.

    A comment to the compiler may go: where it hid something, that would be a new finding.
    """
    text = sources.text(path)
    found = (text[start:end] for start, end in sources.document(path).comments())
    return sorted(one for one in found if not TO_THE_COMPILER.match(one))


def codes(sources: Sources, path: str) -> list[str]:
    """Give the codes of what the reader finds in a file."""
    return [code for code, _, _ in sources.document(path).findings]


def unread(sources: Sources, path: str) -> bool:
    """Tell whether a part of a file is lost to the reader, and with it what is wrong there."""
    return any(code in {"MC001", "MC006", "MC007"} for code in codes(sources, path))


def alone(sources: Sources, path: str) -> Counter[tuple[str, str]]:
    """Count what reader and checker find in a file, by code and message."""
    from meshc._native import check_json

    said = json.loads(check_json(sources.text(path), schema()))
    found = [one for document in said["documents"] for one in document["findings"]]
    return Counter((one["code"], one["message"]) for one in [*found, *said["reading"]])


def claims(linted: Linted) -> Counter[tuple[str, str, str]]:
    """Count findings by what they say; where they stand moves with every line."""
    return Counter((one.primary.file, one.code, one.message) for one in linted.findings)


def local(linted: Linted, files: Iterable[str]) -> Counter[tuple[str, str, str]]:
    """Count what reader and checker find in some files."""
    wanted = set(files)
    return Counter(
        (one.primary.file, one.code, one.message)
        for one in linted.findings
        if one.primary.file in wanted
        and (one.code not in RULES or RULES[one.code].found_by in OF_ONE_FILE)
    )
