"""What we read as text without quotes, a YAML 1.1 reader reads as the same text."""

from __future__ import annotations

from random import Random

import yaml

from schema.native_check import native

COUNT = 40_000
WORDS = ["true", "No", "on", "OFF", "null", "Null", ".inf", ".NaN", "0x", "0o", "0b", "12:30", "y"]
PIECES = [*"0123456789_:.-+eExXbBoOTZz~=<fa/, ", "2026-11-21", "T10:00:00", "1e", *WORDS]


def word(random: Random) -> str:
    """Something between a name, a number, a date and a word that YAML knows."""
    return "".join(random.choice(PIECES) for _ in range(random.randint(1, 7))).strip()


def value(text: str) -> object:
    """What PyYAML makes of the only item; the error if it makes nothing of it."""
    try:
        [item] = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        # PyYAML raises for a day that no calendar has: no text either.
        return error
    return item


def test_unquoted_text_is_the_same_text_to_yaml_1_1() -> None:
    random = Random(1)  # noqa: S311 - seeded on purpose
    words = sorted({word(random) for _ in range(COUNT)} - {""})
    texts = [f"- {one}\n" for one in words]
    apart = []
    same = doubted = 0
    for text, answer in zip(texts, native(texts), strict=True):
        if answer["reading"] or len(answer["documents"]) != 1:
            continue
        tree = answer["documents"][0]["tree"]
        if "list" not in tree or len(tree["list"]) != 1:
            continue
        [node] = tree["list"]
        theirs = value(text)
        if "text" in node:
            same += 1
            if node["text"] != theirs:
                apart.append((text, node, theirs))
        elif isinstance(theirs, str):
            # Words of the specification that PyYAML does not know, such as `y`.
            doubted += 1
    assert not apart, f"{len(apart)} of {same}: {apart[:5]}"
    assert same > COUNT // 4
    assert doubted < same // 10, f"{doubted} words are doubted that PyYAML takes as text"
