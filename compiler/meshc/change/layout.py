"""Files in their layout, each with why it is left alone if it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc.mesh import order
from meshc.spans import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshc.repo.listing import File
    from meshc.spans import Place


@dataclass(frozen=True, slots=True)
class LaidOut:
    """One file before and after; the same where it is left alone."""

    path: str
    old: bytes
    new: bytes
    reason: str | None = None
    place: Place | None = None
    """What stands in the way, and where."""

    @property
    def differs(self) -> bool:
        """Tell whether its layout is another one."""
        return self.old != self.new

    def why(self) -> str | None:
        """Say in one line why it is left alone."""
        if self.place is None:
            return None
        where = f"{self.place.file}:{self.place.line}:{self.place.column}"
        return f"{where}: left as it is: {self.reason}"


def laid_out(files: Iterable[File]) -> list[LaidOut]:
    """Lay out every file; nothing is written, no file keeps another one from its layout."""
    from meshc._native import Formatter  # not needed to show a help

    formatter = Formatter(order.table())
    done = []
    for path, old in files:
        new, left = formatter.format(old)
        if left is None:
            done.append(LaidOut(path, old, new))
        else:
            reason, start, end = left
            done.append(LaidOut(path, old, old, reason, Text(path, old).place(start, end)))
    return done
