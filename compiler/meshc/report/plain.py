"""What people wrote, made safe to print: nothing in an intent file steers a terminal or a CI agent.

A build agent reads its commands from what a build prints, and finds them anywhere in a line. A
snippet shows lines that a stranger wrote in a pull request, so the beginning of such a command is
broken up like any other control sequence.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

COMMAND: Final = r"(?i)##(?=\[|vso\[)"
"""How commands of Azure Pipelines and old ones of GitHub's runner begin."""


def shown(text: str) -> str:
    """Give a text on one line, what could steer its reader replaced one character for one."""
    if "##" in text:
        import re  # few texts hold one

        text = re.sub(COMMAND, "#\N{REPLACEMENT CHARACTER}", text)
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable()
        else " "
        if character == "\t"
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )
