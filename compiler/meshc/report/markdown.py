"""Findings as Markdown, for a comment on a pull request or a job's summary.

A verdict, a table with one row a finding, and the snippets folded away. The first line is an HTML
comment, `<!-- meshc-lint -->`, by which a bot finds its comment again to replace it. Paths are
relative to the root of the Git repository.

GitHub refuses comments of more than 65,536 characters: snippets, then rows, are left out until
what is written is within 65,000 bytes, and the last line says how many. What an intent holds is
shown as code, so that it mentions nobody and shows no picture.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from meshc.record import replace
from meshc.report.palette import Palette
from meshc.report.plain import shown
from meshc.report.run import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meshc.findings import Finding
    from meshc.report.run import Run

LIMIT: Final = 65_000
"""Bytes written at most."""
TAIL: Final = 200
"""Bytes kept for the line that says what was left out."""
MARKER: Final = "<!-- meshc-lint -->"
CODE: Final = re.compile(r"(`[^`]*`)")
SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#!|~$&])")


def render(run: Run) -> str:
    """Write one comment."""
    head = f"{MARKER}\n### meshc lint: {summary(run.findings)}\n"
    if not run.findings:
        return head
    head += "\n| | finding | place |\n|---|---|---|\n"
    left = LIMIT - len(head.encode()) - TAIL
    rows, left = within((row(one, run) for one in run.findings), left)
    folded = "\n<details><summary>Sources</summary>\n\n", "\n</details>\n"
    blocks: list[str] = []
    if len(rows) == len(run.findings):
        left -= sum(len(part.encode()) for part in folded)
        blocks, left = within((fence(one, run) for one in run.findings), left)
    body = "".join(blocks).join(folded) if blocks else ""
    return f"{head}{''.join(rows)}{body}{rest(run.findings, rows, blocks)}"


def within(parts: Iterable[str], left: int) -> tuple[list[str], int]:
    """Give the first parts that fit into a number of bytes, and what is left of it."""
    kept = []
    for part in parts:
        size = len(part.encode())
        if size > left:
            break
        kept.append(part)
        left -= size
    return kept, left


def rest(findings: Sequence[Finding], rows: Sequence[str], blocks: Sequence[str]) -> str:
    """Say what was left out."""
    if len(rows) < len(findings):
        return f"\n{len(findings) - len(rows):,} more findings; `meshc lint` shows all.\n"
    if len(blocks) < len(findings):
        lacking = len(findings) - len(blocks)
        return f"\nThe sources of {lacking:,} more: `meshc lint` shows all.\n"
    return ""


def row(one: Finding, run: Run) -> str:
    """Write a row of the table."""
    said = [one.message, *([one.hint] if one.hint else [])]
    claim = ": ".join(text(part) for part in said)
    place = f"{run.path(one.primary)}:{one.primary.line}:{one.primary.column}"
    fix = " (fixable)" if any(each.safe for each in one.fixes) else ""
    return f"| {one.severity} | **{one.code}** {one.name}: {claim}{fix} | {code(place)} |\n"


def text(said: str) -> str:
    """Write a message: what stands in backticks as code, the rest with nothing special in it."""
    parts = CODE.split(shown(said))
    return "".join(
        code(part[1:-1]) if number % 2 and part != "``" else prose(part)
        for number, part in enumerate(parts)
    )


def prose(said: str) -> str:
    """Write a text with nothing special in it: it mentions nobody and links to nothing."""
    plain = SPECIAL.sub(r"\\\1", said)
    return plain.replace("@", "@\N{ZERO WIDTH SPACE}").replace("://", ":&#47;/")


def code(said: str) -> str:
    """Write code; a bar would end a cell of the table even there."""
    safe = shown(said)
    ticks = "`" * (longest(safe) + 1)
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{ticks}{pad}{safe}{pad}{ticks}".replace("|", "\\|")


def fence(one: Finding, run: Run) -> str:
    """Write a finding in full between fences longer than any it holds."""
    from meshc.report import full  # a comment with no room for sources needs none of it

    plain = replace(run, colour=False)
    block = "".join(f"{line}\n" for line in full.block(one, plain, Palette(colour=False)))
    ticks = "`" * max(3, longest(block) + 1)
    return f"{ticks}text\n{block}{ticks}\n"


def longest(said: str) -> int:
    """Give the length of the longest run of backticks."""
    return max(map(len, re.findall(r"`+", said)), default=0)
