"""No relative link in a page leads to nothing: neither the file nor its heading is missing."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
MARKDOWN = MarkdownIt("commonmark").enable("table")


def links(page: Path) -> list[str]:
    """Give the targets of a page's links and pictures, code left out."""
    found = []
    for token in MARKDOWN.parse(page.read_text(encoding="utf-8")):
        for inner in token.children or []:
            target = inner.attrs.get("href") or inner.attrs.get("src")
            if target and not re.match(r"[a-z+.-]+:", str(target)):
                found.append(unquote(str(target)))
    return found


def anchors(page: Path) -> set[str]:
    """Give the names of a page's headings as GitHub makes them."""
    tokens = MARKDOWN.parse(page.read_text(encoding="utf-8"))
    titles = [tokens[at + 1].content for at, one in enumerate(tokens) if one.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def dead(page: Path, target: str) -> str | None:
    """Say why a link is dead; nothing if it is not."""
    name, _, anchor = target.partition("#")
    place = (page.parent / name).resolve() if name else page
    if not place.exists():
        return f"{target}: no such file"
    if anchor and anchor not in anchors(place):
        return f"{target}: no such heading"
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_dead(page: Path) -> None:
    assert [why for target in links(page) if (why := dead(page, target))] == []


def test_dead_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](none.md) [b](#one-two) [c](#three) ![d](e.png) `[f](g.md)`\n")
    assert [dead(page, target) is None for target in links(page)] == [False, True, False, False]


def test_pages_of_the_reference_are_reached_from_an_index() -> None:
    for index in ("rules", "cli", "outputs"):
        folder = ROOT / "docs/reference" / index
        reached = set(links(ROOT / f"docs/reference/{index}.md"))
        assert reached == {f"{index}/{page.name}" for page in folder.iterdir()}
