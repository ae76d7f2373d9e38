"""What build agents read of an output: their commands come back as meant, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from golden import read
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from meshc import report
from meshc.findings import SEVERITIES, Edit, Finding, Fix, Related, Severity
from meshc.mesh.fingerprints import fingerprint
from meshc.mesh.sources import Sources
from meshc.record import replace
from meshc.report.cells import columns
from meshc.report.plain import shown
from meshc.report.run import Run
from meshc.spans import Texts

HERE = Path(__file__).parent
NASTY = st.text(
    st.sampled_from("a#[]%:,;|`@\n\r\t\x1b\x9b\u202e 中é\u0301*_<>\\/!\"'x"), max_size=24
)
GITHUB_UNDONE = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
AZURE_UNDONE = {"%AZP25": "%", "%0D": "\r", "%0A": "\n", "%3B": ";", "%5D": "]"}


def undone(text: str, table: dict[str, str]) -> str:
    """Decode as the agents do: each escape once, whatever it gives."""
    return re.sub("|".join(map(re.escape, table)), lambda found: table[found[0]], text)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any findings at any bytes of any files, with whatever a finding may have."""
    files = draw(
        st.dictionaries(
            NASTY.filter(bool),
            st.binary(max_size=60) | NASTY.map(str.encode),
            min_size=1,
            max_size=3,
        )
    )
    texts, sources = Texts(files.items()), Sources(files.items())
    names = sorted(files)

    def place() -> st.SearchStrategy[Related]:
        return st.builds(
            lambda file, one, two, text: Related(
                texts.text(file).place(min(one, two), max(one, two)), text
            ),
            st.sampled_from(names),
            st.integers(0, 60),
            st.integers(0, 60),
            NASTY,
        )

    def found() -> st.SearchStrategy[Finding]:
        return st.builds(
            lambda severity, at, related, flow, texts: Finding(
                "MC001",
                "yaml-syntax",
                severity,
                at.message,
                at.place,
                tuple(related),
                texts[0],
                texts[1],
                tuple(flow),
                (
                    Fix(
                        "mend",
                        (Edit(at.place.file, at.place.start, at.place.end, "x\ny"),),
                        safe=True,
                    ),
                )
                if texts[0]
                else (),
            ),
            st.sampled_from(list(SEVERITIES.values())),
            place(),
            st.lists(place(), max_size=4),
            st.lists(place(), max_size=3),
            st.tuples(st.none() | NASTY, st.none() | NASTY),
        )

    findings = tuple(draw(st.lists(found(), max_size=4)))
    limit = draw(st.sampled_from((0, 1)))
    return Run(findings, texts, lambda one: fingerprint(one, sources), limit=limit)


@settings(max_examples=60, deadline=None)
@given(runs())
def test_no_format_fails_or_steers_whoever_reads_it(run: Run) -> None:
    for form in report.FORMATS:
        text = report.render(form, run)
        assert text == "" or text.endswith("\n")
        plain = text.replace("\n", "")
        if form in ("full", "concise", "markdown", "github", "azure"):
            zero_width = "\N{ZERO WIDTH SPACE}" if form == "markdown" else ""
            assert plain.replace(zero_width or "\0", "").isprintable(), form
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", plain), form
        if form != "azure":
            assert not re.search(r"##(vso)?\[", plain, re.IGNORECASE), form
        if form != "github":
            assert not re.search(r"^\s*::[A-Za-z]", text, re.MULTILINE), form


@settings(max_examples=80, deadline=None)
@given(runs())
def test_commands_of_github_come_back(run: Run) -> None:
    lines = report.render("github", run).splitlines()
    assert len(lines) == len(run.findings)
    for line, one in zip(lines, run.findings, strict=True):
        command, data, message = (
            line[2:].split(" ", 1)[0],
            *line[2:].split(" ", 1)[1].split("::", 1),
        )
        assert command == {"error": "error", "warning": "warning", "info": "notice"}[one.severity]
        properties = dict(pair.split("=", 1) for pair in data.split(","))
        assert undone(properties["file"], GITHUB_UNDONE) == shown(one.primary.file)
        assert int(properties["line"]) == one.primary.line
        assert ("col" in properties) == (one.primary.line == one.primary.end_line)
        assert undone(message, GITHUB_UNDONE).split("\n")[0] == shown(one.message)


@settings(max_examples=80, deadline=None)
@given(runs())
def test_commands_of_azure_come_back(run: Run) -> None:
    lines = report.render("azure", run).splitlines()
    assert len(lines) == len(run.findings)
    for line, one in zip(lines, run.findings, strict=True):
        if one.severity is Severity.INFO:
            assert not re.search(r"##(vso)?\[", line, re.IGNORECASE)
            continue
        head, message = line.removeprefix("##vso[").split("]", 1)
        action, data = head.split(" ", 1)
        assert action == "task.logissue"
        properties = dict(pair.split("=", 1) for pair in data.rstrip(";").split(";"))
        assert undone(properties["sourcepath"], AZURE_UNDONE) == shown(one.primary.file)
        assert properties["type"] == one.severity
        assert undone(message, AZURE_UNDONE).startswith(shown(one.message))


@settings(max_examples=60, deadline=None)
@given(runs())
def test_markdown_holds_a_row_a_finding_and_nothing_that_acts(run: Run) -> None:
    page = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(report.render("markdown", run))
    )
    assert page.count("<tr>") == (len(run.findings) + 1 if run.findings else 0)
    for row in page.split("<tr>")[2:]:
        assert row.count("<td>") == 3
    assert not re.search(r"<(img|a|script|em)\b", page)


SINGLE = st.text(
    st.sampled_from("ab :{}中長é\u0301\t\N{MATHEMATICAL FRAKTUR CAPITAL U}"),
    min_size=1,
    max_size=40,
)


@settings(max_examples=80, deadline=None)
@given(SINGLE, st.integers(0, 40), st.integers(0, 40))
def test_carets_stand_below_what_they_mark(line: str, one: int, two: int) -> None:
    begin, end = sorted((min(one, len(line)), min(two, len(line))))
    start, stop = len(line[:begin].encode()), len(line[:end].encode())
    texts = Texts([("a.yaml", f"{line}\nx\n".encode())])
    found = Finding(
        "MC001", "yaml-syntax", Severity.ERROR, "m", texts.text("a.yaml").place(start, stop)
    )
    text = report.in_full([found], texts)
    marks = text.splitlines()[4].removeprefix("  |").removeprefix(" ")
    assert len(marks) - len(marks.lstrip(" ")) == columns(line[:begin])
    assert marks.count("^") == max(columns(line[begin:end]), 1)


def test_thousands_fit_into_a_comment() -> None:
    run = read(HERE / "cases/every-sort")
    many = replace(run, findings=run.findings * 2000)
    text = report.render("markdown", many)
    assert 60_000 < len(text.encode()) <= 65_536
    rows = text.count("\n| ") - 1
    left = int(re.search(r"^([\d,]+) more findings", text, re.MULTILINE)[1].replace(",", ""))  # type: ignore[index]
    assert rows + left == 6000
    some = report.render("markdown", replace(run, findings=run.findings * 60))
    assert len(some.encode()) <= 65_536
    shown_sources = some.count("```text")
    assert 0 < shown_sources < 180
    assert f"The sources of {180 - shown_sources} more" in some


@pytest.mark.parametrize("form", report.FORMATS)
def test_thousands_are_written_whole_by_formats_for_programs(form: str) -> None:
    run = read(HERE / "cases/every-sort")
    many = replace(run, findings=run.findings * 1000, limit=10)
    text = report.render(form, many)
    if report.FORMATS[form].people:
        assert "and 2,990 more findings" in text
    elif form != "markdown":
        assert text.count("MC003") >= 1000


def test_the_gravest_are_shown_where_a_limit_cuts() -> None:
    run = read(HERE / "cases/limit")
    shown_findings, hidden = run.shortened()
    assert hidden == 25
    assert {one.severity for one in shown_findings} == {Severity.ERROR}
