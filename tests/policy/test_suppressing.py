"""`meshc suppress add`: the comment hides what it should, and every other byte stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from meshc.change.suppressing import NoPlace, Wish, hide, refusal
from meshc.compiling import Linted, lint_files
from meshc.policy.judging import Asked
from meshc.policy.selection import suppressible
from meshc.rules import pages
from meshc.rules.rule import PRELUDE, Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.repo import File

LONG = "teams are known in January, when everybody is back and has been asked for theirs"
FOUND = [
    pytest.param(page.code, example, id=f"{page.code}-{number}")
    for page in pages.pages()
    if suppressible(page.code) and page.found_by not in {"text", "policy"}
    for number, example in enumerate(page.examples)
    if example.fails and example.file.endswith((".yaml", ".yml"))
]
HEAD = "apiVersion: meshc.dev/v1\nkind: ServiceIntent\nmetadata: {name: cart, namespace: shop}\n"


def lint(files: Sequence[File]) -> Linted:
    return lint_files(files, Asked(at="2026-11-21"))


def files(text: str) -> list[File]:
    return [("cart.yaml", text.encode()), ("mesh.yaml", PRELUDE.encode())]


def hidden(text: str, line: int, reason: str = "why") -> tuple[str, list[str]]:
    done = hide(files(text), Wish("MC501", "cart.yaml", line, reason), lint)
    codes = [f"{one.code}:{one.primary.line}" for one in done.findings]
    return dict(done.files)["cart.yaml"].decode(), codes


@pytest.mark.parametrize(("code", "example"), FOUND)
def test_what_a_rule_finds_in_its_own_example_can_be_hidden(code: str, example: Example) -> None:
    def lint_then(files: Sequence[File]) -> Linted:
        return lint_files(files, Asked(at=example.at))

    before = example.files()
    found = [one for one in lint_then(before).findings if one.code == code]
    for one in found[:3]:
        wish = Wish(code, one.primary.file, one.primary.line, "a reason", "2099-01-01", "X-1")
        done = hide(before, wish, lint_then)
        assert one in done.findings
        after = lint_then(done.files)
        reasons = {each.reason for each in after.suppressed if each.by == "comment"}
        assert "a reason (X-1)" in reasons
        assert not [each for each in after.findings if each.code.startswith("MC91")]
        new, old = (dict(all_)[wish.file] for all_ in (done.files, before))
        assert without(new, wish.comment.encode()) == b"".join(old.split())


def without(content: bytes, comment: bytes) -> bytes:
    """A text without a comment and without blanks."""
    assert content.count(comment) == 1
    return b"".join(content.replace(comment, b"").split())


def test_it_stands_behind_the_line_where_it_fits() -> None:
    text = HEAD + "spec:\n  allow: [{from: [anyone]}]\n  owner: team-a\n"
    new, codes = hidden(text, 5)
    assert codes == ["MC501:5"]
    assert new == text.replace("]}]\n", "]}]  # meshc: ignore[MC501] reason: why\n")


def test_it_stands_above_where_it_is_long_or_something_is_there_already() -> None:
    text = HEAD + "spec:\n  allow: [{from: [anyone]}]\n  owner: team-a\n"
    comment = f"  # meshc: ignore[MC501] reason: {LONG}\n"
    assert hidden(text, 5, LONG)[0] == text.replace("  allow", f"{comment}  allow")
    taken = text.replace("]}]", "]}] # meshc: ignore[MC502] reason: other")
    above = taken.replace("  allow", "  # meshc: ignore[MC501] reason: why\n  allow")
    assert hidden(taken, 5)[0] == above


def test_an_item_whose_line_is_taken_has_it_above() -> None:
    rules = "  - from: [anyone]\n    name: a\n  - {name: b, from: [anyone]} # meshc: x\n"
    text = HEAD + "spec:\n  allow:\n" + rules
    lines = [one.primary.line for one in lint(files(text)).findings if one.code == "MC501"]
    assert lines == [6, 8]
    new, codes = hidden(text, 8)
    assert codes == ["MC501:8"]
    assert new.splitlines()[7] == "  # meshc: ignore[MC501] reason: why"


def test_an_item_has_it_at_its_own_depth() -> None:
    items = "  allow:\n    - name: all # x\n      from: [anyone]\n    - {name: b, from: [anyone]}\n"
    text = HEAD + "spec:\n" + items
    line = next(one.primary.line for one in lint(files(text)).findings if one.code == "MC501")
    new, codes = hidden(text, line)
    assert codes == [f"MC501:{line}"]
    assert new.splitlines()[line - 1].endswith("# meshc: ignore[MC501] reason: why")
    assert len([one for one in lint(files(new)).findings if one.code == "MC501"]) == 1


@pytest.mark.parametrize("ending", ["", "\n", "   \n", "\r\n"])
def test_line_ends_stay_as_they_are(ending: str) -> None:
    text = (HEAD + "spec:\n  allow: [{from: [anyone]}]").replace(
        "\n", "\r\n" if ending == "\r\n" else "\n"
    )
    new, _ = hidden(text + ending, 5)
    rest = ending if ending.strip(" ") or not ending else "\n"
    assert new == f"{text}  # meshc: ignore[MC501] reason: why{rest.lstrip(' ')}"


def test_where_nothing_is_found_it_says_where_something_is() -> None:
    text = HEAD + "spec:\n  allow: [{from: [anyone]}]\n"
    with pytest.raises(NoPlace, match=r"MC501 finds nothing at cart\.yaml:2, but at line 5"):
        hidden(text, 2)
    with pytest.raises(NoPlace, match=r"MC501 finds nothing at cart\.yaml:2$"):
        hidden(HEAD, 2)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish("MC5O1", "a", 1, "x"), "`MC5O1` is no rule; did you mean `MC501`?"),
        (Wish("MC201", "a", 1, "x"), "`MC201` cannot be hidden"),
        (Wish("MC501", "a", 1, ""), "--reason: say why"),
        (Wish("MC501", "a", 1, "x", "tomorrow"), "--until: `tomorrow` is no day"),
        (Wish("MC501", "a", 1, "x", "2026-11-21"), "--until: 2026-11-21 is not to come"),
        (Wish("MC501", "a", 1, "x until: y"), "--reason and --ticket hold no"),
        (Wish("MC501", "a", 1, "x\ny: z"), "--reason and --ticket hold no"),
        (Wish("MC501", "a", 1, "x", None, "reason: y"), "--reason and --ticket hold no"),
    ],
)
def test_what_would_be_read_otherwise_is_refused(wish: Wish, said: str) -> None:
    assert (refusal(wish, "2026-11-21") or "").startswith(said)
    assert refusal(Wish("MC501", "a", 1, "x", "2026-11-22", "T-1"), "2026-11-21") is None
