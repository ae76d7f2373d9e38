"""Each folder of `cases` holds findings and the whole text of each format that shows them.

`MESHC_REWRITE=1` writes what is said now; to add a case, write its `case.toml`, list the formats
and rewrite.
"""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from golden import read, readable

from meshc import report

CASES = Path(__file__).parent / "cases"
GOLDEN = [
    (folder, form)
    for folder in sorted(CASES.iterdir())
    for form in tomllib.loads((folder / "case.toml").read_text())["formats"]
]


@pytest.mark.parametrize(
    ("folder", "form"), GOLDEN, ids=[f"{folder.name}-{form}" for folder, form in GOLDEN]
)
def test_a_format_says_what_is_written_down(
    folder: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Pages of rules, which SARIF holds, are written down in the reference.
    monkeypatch.setattr("meshc.rules.RULES", {})
    said = readable(report.render(form, read(folder)))
    wanted = folder / f"{form}.txt"
    if os.environ.get("MESHC_REWRITE"):
        wanted.write_text(said, encoding="utf-8", newline="")
    assert said == wanted.read_bytes().decode()


def test_there_are_enough_cases_of_every_format() -> None:
    times = Counter(form for _, form in GOLDEN)
    assert sum(times.values()) >= 60
    assert [form for form in report.FORMATS if form != "json-v1" and times[form] < 3] == []


def test_no_wanted_text_is_left_over() -> None:
    kept = set(CASES.glob("*/*.txt"))
    assert kept == {folder / f"{form}.txt" for folder, form in GOLDEN}
