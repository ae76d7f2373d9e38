"""Exit codes, the same in every format, and the one way a verb fails."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

CLEAN: Final = 0
FINDINGS: Final = 1
"""Findings at or above the threshold, failed tests, a refused request."""
USAGE: Final = 2
"""Wrong usage, wrong settings, or an error of our own."""
NO_INPUT: Final = 3
UNREADABLE: Final = 4


_left: list[object] | None = None


def leaving() -> None:
    """Say that the process ends with the verb: nothing that it keeps need be freed one by one."""
    global _left  # noqa: PLW0603 - there is one process
    _left = []


def keep(*held: object) -> None:
    """Keep large objects until the process ends, if it ends with the verb."""
    if _left is not None:
        _left.extend(held)


class Failure(Exception):
    """A verb cannot go on; the message is all that a person sees."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        """Say what, and with which exit code."""
        super().__init__(message)
        self.code = code


class Misuse(Failure):
    """A verb was called in a way that means nothing."""


def fail(message: str, code: int = USAGE) -> int:
    """Print one error; gives its exit code."""
    sys.stderr.write(f"error: {message}\n")
    return code
