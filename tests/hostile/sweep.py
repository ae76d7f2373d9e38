"""Every byte in every spelling at seven positions around the protected path; made-up paths."""

from __future__ import annotations

import random
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
PIECES = (
    *(b"/", b"/", b"//", b".", b"..", b"%2e", b"%2E%2e", b"admin", b"%61dmin", b"adm%69n", b"keys"),
    *(b";", b";a=b", b"..;", b";/", b"%3b", b"admin;x", b"%2f", b"%5c", b"\\", b"%252e", b"%2523"),
    *(b"%25%32%66", b"%25", b"%", b"%2", b"%00", b"#", b"%23", b"?", b"%3f", b"http://b.test"),
    *(b"*", b"+", b"%20", b":", b"@", b"=", b"&", b"x", b"%7e", b"%c0%ae", b"%C4%B1"),
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


def made_up(seed: int, many: int) -> Iterator[bytes]:
    """Give paths of up to nine pieces, in a sequence that the seed repeats."""
    rng = random.Random(seed)  # noqa: S311  a repeatable sequence, no secret
    for _ in range(many):
        yield b"/" + b"".join(rng.choices(PIECES, k=rng.randint(1, 9)))
