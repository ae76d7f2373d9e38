"""Who owns which path, as GitHub and GitLab say it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc._native import wanted
from meshc.repo.owners import GITLAB, PLACES, Owners, expression, holding

#: Pattern, what it matches, what it does not; the first ones are those of GitHub's own page.
TABLE: list[tuple[str, list[str], list[str]]] = [
    ("*", ["a", "a/b", ".github/CODEOWNERS"], []),
    ("*.js", ["a.js", "x/y/a.js", "a.js/b"], ["a.jsx", "js"]),
    ("/build/logs/", ["build/logs/a", "build/logs/x/a"], ["x/build/logs/a", "build/logs"]),
    ("docs/*", ["docs/getting-started.md"], ["docs/build-app/troubleshooting.md", "x/docs/a"]),
    ("apps/", ["apps/a", "x/apps/y/a"], ["apps", "apps2/a"]),
    ("/docs/", ["docs/a", "docs/x/a"], ["x/docs/a"]),
    ("/scripts/", ["scripts/a"], ["x/scripts/a"]),
    ("**/logs", ["logs", "build/logs", "deeply/nested/logs/a"], ["logs2", "xlogs/a"]),
    ("/apps/github", ["apps/github", "apps/github/a"], ["apps/githubs", "x/apps/github"]),
    ("shop", ["shop", "shop/a", "x/shop/a"], ["Shop", "shops"]),
    ("shop/cart.yaml", ["shop/cart.yaml"], ["x/shop/cart.yaml", "shop/cart_yaml"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/c"], ["ab", "a/bb", "x/a/b"]),
    ("a/**", ["a/b", "a/b/c"], ["a", "ab"]),
    ("**", ["a", "a/b"], []),
    ("**/", ["a/b"], []),
    ("/*", ["a"], ["a/b"]),
    ("a*c", ["ac", "abc", "x/abbc"], ["a/c", "abcd"]),
    ("*a*b*c", ["abc", "xaxbxc", "aabbcc/x"], ["acb", "a/b/c"]),
    ("a?c", ["abc", "aéc"], ["ac", "a/c", "abbc"]),
    ("a\\ b.yaml", ["a b.yaml"], ["a"]),
    ("a\\*b", ["a*b"], ["axb"]),
    ("a.b+(c)", ["a.b+(c)"], ["axb+(c)", "a.bb(c)"]),
    ("a/**/b/**/c", ["a/b/c", "a/x/b/y/c", "a/b/x/b/c"], ["a/b", "a/c/b"]),
    ("/a/**/*.yaml", ["a/x.yaml", "a/b/c/x.yaml"], ["x.yaml", "b/x.yaml"]),
]  # fmt: skip


def is_matched(pattern: str, path: str) -> bool:
    return re.fullmatch(expression(pattern), f"/{path}", re.DOTALL) is not None


@pytest.mark.parametrize(("pattern", "matched", "others"), TABLE, ids=[one[0] for one in TABLE])
def test_patterns(pattern: str, matched: list[str], others: list[str]) -> None:
    assert [path for path in matched if not is_matched(pattern, path)] == []
    assert [path for path in others if is_matched(pattern, path)] == []


def plain(pattern: str, path: str) -> bool:
    """The same by trying everything."""
    segments = pattern.removeprefix("/").split("/")
    if not pattern.startswith("/") and (len(segments) == 1 or segments[1:] == [""]):
        segments.insert(0, "**")
    if not segments[-1]:
        segments[-1] = "**"
    return below(segments, path.split("/"))


def below(segments: list[str], parts: list[str]) -> bool:
    """Whether segments fit the parts of a path, each `**` any number of them."""
    first, *rest = segments
    if first == "**":
        if not rest:
            return bool(parts)
        return any(below(rest, parts[at:]) for at in range(len(parts)))
    if not parts or not glob(first, parts[0]):
        return False
    return below(rest, parts[1:]) if rest else first != "*" or len(parts) == 1


def glob(segment: str, part: str) -> bool:
    """Whether a segment fits one part of a path."""
    if not segment:
        return not part
    if segment[0] == "*":
        return any(glob(segment[1:], part[at:]) if segment[1:] else at == len(part)
                   for at in range(len(part) + 1))  # fmt: skip
    return bool(part) and segment[0] in ("?", part[0]) and glob(segment[1:], part[1:])


SEGMENT = st.text("ab*?", min_size=1, max_size=5).filter(lambda one: "**" not in one)
PATTERN = st.builds(
    lambda head, segments, tail: head + "/".join(segments) + tail,
    st.sampled_from(["", "/"]),
    st.lists(SEGMENT | st.just("**"), min_size=1, max_size=5),
    st.sampled_from(["", "/"]),
)
PLAIN = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "/"]),
    st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "/"]),
)
PATH = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=6).map("/".join)


@settings(max_examples=1500, deadline=None)
@given(PATTERN, PATH)
def test_the_expression_matches_what_trying_everything_does(pattern: str, path: str) -> None:
    assert is_matched(pattern, path) == plain(pattern, path)


@settings(max_examples=800, deadline=None)
@given(st.lists(PATTERN | PLAIN, max_size=6), PATH)
def test_of_several_rules_the_last_holds_however_it_is_looked_up(
    patterns: list[str], path: str
) -> None:
    wanted = [number for number, one in enumerate(patterns) if plain(one, path)]
    # One rule after the other is left without an owner, so that each shows whether it holds.
    for number, _ in enumerate(patterns):
        lines = [one if at == number else f"{one} @a" for at, one in enumerate(patterns)]
        nobody = not wanted or wanted[-1] == number
        assert lacking("\n".join(lines), path) is nobody


def test_no_pattern_takes_long() -> None:
    for pattern in ("*a" * 40 + "b", "**/a/" * 40 + "b", "**/*a*/" * 20 + "b"):
        began = time.process_time()
        assert not is_matched(pattern, "/".join(["a" * 60] * 60))
        assert time.process_time() - began < 1


def lacking(text: str, path: str, file: str = "CODEOWNERS") -> bool:
    return Owners(file, text.encode()).lacking(path)[0]


@pytest.mark.parametrize(
    ("text", "nobody"),
    [
        ("", True),
        ("* @org/team\n", False),
        ("shop/ someone@example.test\n", False),
        ("* @a\nshop/ # nobody\n", True),
        ("shop/\n* @a\n", False),
        ("* @a # all\n", False),
        ("# * @a\n", True),
        ("!shop/ @a\n", True),
        ("[s]hop/ @a\n", True),
        ("* @a\nshop/ not-an-owner\n", False),
        ("* not-an-owner\n", True),
        ("Shop/ @a\n", True),
        ("\t* \t @a\r\n", False),
        ("*\xff @a\n* @b", False),
    ],
)
def test_the_last_rule_that_matches_says_it(text: str, nobody: bool) -> None:
    assert lacking(text, "shop/cart.yaml") is nobody


def test_a_rule_without_owners_is_named() -> None:
    content = b"* @a\n\n  /shop/  \n"
    nobody, rule = Owners("CODEOWNERS", content).lacking("shop/cart.yaml")
    assert nobody
    assert rule is not None
    assert content[rule.start : rule.end].strip() == b"/shop/"


def test_gitlab_has_sections_and_fits_at_any_depth() -> None:
    text = "[Docs] @docs\n*.md\n^[Shop][2] @shop\n/shop/\nlib/cart\n/shop/x.md @a\n"
    for path in ("x/a.md", "shop/a", "shop/x.md", "y/lib/cart"):
        assert not lacking(text, path, GITLAB), path
    assert lacking(text, "mesh.yaml", GITLAB)
    assert lacking("[Docs]\n*.md\n[shop]\n*.yaml @a\n[SHOP]\ncart.yaml\n", "cart.yaml", GITLAB)
    assert lacking(text, "y/lib/cart"), "GitHub knows no sections"


def test_the_first_place_holds() -> None:
    files = [(path, b"* @a\n") for path in PLACES]
    for left in range(len(PLACES)):
        found = holding(reversed(files[left:]))
        assert found is not None
        assert found.file == PLACES[left]
    assert holding([("x/CODEOWNERS", b""), ("a.yaml", b"")]) is None


def test_what_is_read_of_a_repository_are_these_places() -> None:
    assert all(wanted(path.encode()) for path in PLACES)
    others = ["x/CODEOWNERS", ".github/x/CODEOWNERS", "codeowners", "docs/CODEOWNERS.md"]
    assert not any(wanted(path.encode()) for path in others)
