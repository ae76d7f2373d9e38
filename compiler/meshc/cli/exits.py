"""Exit codes, the same in every format, and the one way a verb fails."""

from __future__ import annotations

import sys
from typing import Final

CLEAN: Final = 0
FINDINGS: Final = 1
"""Findings at or above the threshold, failed tests, a refused request."""
USAGE: Final = 2
"""Wrong usage, wrong settings, or an error of our own."""
NO_INPUT: Final = 3
UNREADABLE: Final = 4


class Failure(Exception):
    """A verb cannot go on; the message is all that a person sees."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        """Say what, and with which exit code."""
        super().__init__(message)
        self.code = code


def fail(message: str, code: int = USAGE) -> int:
    """Print one error; gives its exit code."""
    sys.stderr.write(f"error: {message}\n")
    return code
