"""What people wrote, made safe to print: nothing in an intent file can steer a terminal."""

from __future__ import annotations


def shown(text: str) -> str:
    """Give a text on one line, controls and invisible characters replaced one for one."""
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
