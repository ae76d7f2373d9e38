"""Every byte in every spelling at seven positions around the protected path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

POSITIONS = (
    b"/%badmin",  # before the name
    b"/adm%bn",  # in it; an `i` spells it out
    b"/admin%b",  # behind it
    b"/admin%bkeys",  # between it and what is below it
    b"/%b/admin",  # as a segment of its own, which a reading may take for none
    b"/x/%b/admin",  # as another one; two dots lead back to the root
    b"/x%b../admin",  # before dots, where a slash should be
)


def spellings(byte: int) -> tuple[bytes, ...]:
    """Spell a byte raw, encoded, doubly encoded, and encoded with its digits encoded."""
    digits = b"%02X" % byte
    return (
        bytes([byte]),
        b"%" + digits,
        b"%25" + digits.lower(),
        b"%25" + b"".join(b"%%%02x" % digit for digit in digits),
    )


def targets() -> Iterator[bytes]:
    """Give every target; each spelling stands once and twice in a row."""
    for position in POSITIONS:
        for byte in range(256):
            for spelling in spellings(byte):
                yield position.replace(b"%b", spelling)
                yield position.replace(b"%b", spelling * 2)
