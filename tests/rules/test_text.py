"""Text that is not what it looks like, and text that nobody may see."""

from __future__ import annotations

import pytest

from meshc.compiling import lint_files
from meshc.rules.rule import PRELUDE
from meshc.spans import Text

KEY = "AKIA" + "ABCDEFGHIJ234567"
INTENT = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {{name: cart, namespace: shop}}
spec:
  ports: [{{name: api, port: 8080, protocol: http}}]  # {comment}
  operations: {{read: {{match: [{match}]}}}}
"""


def codes(*, comment: str = "ours", match: str = '"GET /carts"') -> list[tuple[str, int]]:
    files = [
        ("cart.yaml", INTENT.format(comment=comment, match=match).encode()),
        ("mesh.yaml", PRELUDE.encode()),
    ]
    found = lint_files(files).findings
    return [(one.code, one.primary.line) for one in found if one.code in {"MC010", "MC810"}]


@pytest.mark.parametrize("turn", ["\u202e", "\u2066", "\u202a"])
def test_text_that_turns_around_is_found_once_a_line_in_comments_too(turn: str) -> None:
    assert codes(comment=f"{turn}deny\u2069 {turn}allow") == [("MC010", 5)]


@pytest.mark.parametrize(
    "path", ["/c\u0430rts", "/car\u200bts", "/\uff43arts", "/ca\u03c1ts", "/\u0441arts"]
)
def test_words_of_two_scripts_and_hidden_characters_are_found(path: str) -> None:
    assert codes(match=f'"GET {path}"') == [("MC010", 6)]
    escaped = path.encode("ascii", "backslashreplace").decode()
    assert codes(match=f'"GET {escaped}"') == [("MC010", 6)]


@pytest.mark.parametrize(
    "path",
    [
        "/k\u00f6rbe",
        "/\u043a\u043e\u0440\u0437\u0438\u043d\u0430-v2",
        "/\u03b1/b",
        "/\u8cfc\u7269v2",
    ],
)
def test_words_of_one_script_are_not(path: str) -> None:
    assert codes(match=f'"GET {path}"') == []


def test_what_people_write_in_comments_is_theirs() -> None:
    assert codes(comment="\U0001f469\u200d\U0001f4bb \u043fi\u0441h\u0435t \u200b") == []


def test_a_secret_is_found_in_a_comment_and_never_shown() -> None:
    assert codes(comment=KEY) == [("MC810", 5)]
    text = Text("cart.yaml", INTENT.format(comment=KEY, match='"GET /"').encode())
    assert KEY not in text.line(5)
    assert text.line(5).endswith("# AKIA" + "*" * 16)
    assert text.line(2) == "kind: ServiceIntent"
