"""`meshc suppress add`, as a whole process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from verb import meshc

if TYPE_CHECKING:
    from pathlib import Path

OPEN = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: stock, namespace: shop}
spec:
  owner: orders
  ports: [{name: api, port: 8080, protocol: http}]
"""
ADD = ("suppress", "add", "MC502", "--at", "shop/stock.yaml:3")
SAID = "shop/stock.yaml:3:18 MC502 `shop/stock` has ports and admits nobody\n1 finding {}hidden\n"
COMMENT = "  # meshc: ignore[MC502] reason: its callers come in January"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    assert meshc("init", "shop", cwd=tmp_path).returncode == 0
    (tmp_path / "shop/shop/stock.yaml").write_text(OPEN)
    return tmp_path / "shop"


def test_it_writes_the_comment_and_says_what_it_hides(shop: Path) -> None:
    file = shop / "shop/stock.yaml"
    file.chmod(0o640)
    shown = meshc(*ADD, "--reason", "its callers come in  January", "--diff", cwd=shop)
    assert (shown.returncode, shown.stderr) == (0, SAID.format("would be "))
    assert f"+metadata: {{name: stock, namespace: shop}}{COMMENT}" in shown.stdout.splitlines()
    assert file.read_text() == OPEN
    done = meshc(*ADD, "--reason", "its callers come in January", cwd=shop)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", SAID.format(""))
    assert file.read_text() == OPEN.replace("shop}\n", f"shop}}{COMMENT}\n")
    assert file.stat().st_mode & 0o777 == 0o640
    linted = meshc("lint", "--select", "MC502", cwd=shop)
    assert (linted.returncode, linted.stdout) == (0, "")
    assert "1 suppressed (1 by comments)" in linted.stderr
    again = meshc(*ADD, "--reason", "again", cwd=shop)
    assert (again.returncode, again.stderr) == (
        1,
        "error: MC502 finds nothing at shop/stock.yaml:3\n",
    )


def test_a_file_is_named_as_it_is_found_from_here(shop: Path) -> None:
    words = ("suppress", "add", "MC502", "--reason", "why", "--diff", "--repo", "shop", "--at")
    for place in ("shop/stock.yaml:3", "shop/shop/stock.yaml:3:18", "./shop/stock.yaml:3"):
        done = meshc(*words, place, cwd=shop.parent)
        assert (done.returncode, done.stderr) == (0, SAID.format("would be ")), place


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (ADD, 2, "missing option '--reason'"),
        ((*ADD, "--reason", " "), 2, "--reason: say why"),
        ((*ADD, "--reason", "x", "--until", "2020-01-01"), 2, "--until: 2020-01-01 is not to come"),
        (("suppress", "add", "MC502", "--reason", "x", "--at", "stock"), 2, "`stock` is no place"),
        (
            ("suppress", "add", "MC502", "--reason", "x", "--at", "shop/stok.yaml:3"),
            2,
            "`.` holds no file `shop/stok.yaml`; did you mean `shop/stock.yaml`?",
        ),
        (
            ("suppress", "add", "MC502", "--reason", "x", "--at", "shop/stock.yaml:4"),
            1,
            "MC502 finds nothing at shop/stock.yaml:4, but at line 3",
        ),
        (("suppress", "add", "MC201", "--reason", "x", "--at", "a:1"), 2, "cannot be hidden"),
    ],
)
def test_what_it_cannot_do_it_says(
    shop: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = meshc(*words, cwd=shop)
    assert done.returncode == code
    assert said in done.stderr
    assert (shop / "shop/stock.yaml").read_text() == OPEN
