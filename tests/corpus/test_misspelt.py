"""A letter that goes astray in a repository that was right is one mistake, wherever it is.

Every word of the example repository loses a letter, one at a time. What is an error then is the
mistake; what is mild beside it would be said of something that nobody wrote.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meshc.compiling import lint_files
from meshc.findings import Severity

ROOT = Path(__file__).resolve().parents[2] / "examples" / "boutique"
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_bytes()
    for path in sorted(ROOT.rglob("*"))
    if path.suffix in {".yaml", ".json"}
}
INTENTS = [path for path in FILES if path.endswith(".yaml")]
WORD = re.compile(rb"[A-Za-z][A-Za-z0-9-]+")
COMMENT = re.compile(rb"(?m)(?:^|\s)#.*$")


def misspelt(content: bytes) -> list[tuple[str, bytes]]:
    """Give each word outside comments with the text in which its middle letter is missing."""
    comments = [(one.start(), one.end()) for one in COMMENT.finditer(content)]
    found = []
    for word in WORD.finditer(content):
        if any(start <= word.start() < end for start, end in comments):
            continue
        at = (word.start() + word.end()) // 2
        line = content.count(b"\n", 0, at) + 1
        found.append((f"{line}: {word[0].decode()}", content[:at] + content[at + 1 :]))
    return found


def test_the_example_is_right() -> None:
    assert lint_files(sorted(FILES.items())).findings == ()


@pytest.mark.parametrize("path", INTENTS)
def test_beside_a_misspelt_word_nothing_mild_is_said(path: str) -> None:
    beside, mistakes = [], 0
    for word, content in misspelt(FILES[path]):
        findings = lint_files(sorted({**FILES, path: content}.items())).findings
        if not any(one.severity is Severity.ERROR for one in findings):
            continue
        mistakes += 1
        mild = [one for one in findings if one.severity is not Severity.ERROR]
        beside += [(word, one.code, one.message) for one in mild]
    assert mistakes, "some words must matter"
    assert beside == []
