import json

import pytest

from meshc import report
from meshc.findings import Finding, Related, Severity, ordered, worst
from meshc.mesh.fingerprints import fingerprint
from meshc.mesh.sources import Sources
from meshc.report.palette import END, STYLES
from meshc.report.run import Run, summary
from meshc.spans import Text, Texts

CHECKOUT = b"spec:\n  ports: []\n" + b"\n" * 7 + b"  calls: [{to: paymets.charge}]\n"
CART = "# Körbe\nspec:\n  owner: \N{CJK UNIFIED IDEOGRAPH-4E2D}eam\x1b[31m\n".encode()
FILES = [("services/checkout.yaml", CHECKOUT), ("cart.yaml", CART)]
TEXTS, SOURCES = Texts(FILES), Sources(FILES)


def place(file: str, what: bytes) -> Finding:
    content = dict(FILES)[file]
    start = content.index(what)
    return Finding(
        code="MC201",
        name="unknown-service",
        severity=Severity.ERROR,
        message="`paymets` is not a service in namespace shop",
        primary=TEXTS.text(file).place(start, start + len(what)),
        help="declare it in a ServiceIntent, or as an ExternalIntent if it runs outside",
        hint="did you mean `payments`?",
    )


UNKNOWN = place("services/checkout.yaml", b"paymets")
WANTED = """\
error[MC201] unknown-service: `paymets` is not a service in namespace shop
  --> services/checkout.yaml:10:16
   |
10 |   calls: [{to: paymets.charge}]
   |                ^^^^^^^ did you mean `payments`?
   = help: declare it in a ServiceIntent, or as an ExternalIntent if it runs outside
   = docs: meshc explain MC201
"""


def render(form: str, findings: list[Finding], *, colour: bool = False) -> str:
    return report.render(
        form,
        Run(tuple(findings), TEXTS, lambda one: fingerprint(one, SOURCES), colour=colour),
    )


def test_a_finding_in_full_is_as_the_language_reference_shows_it() -> None:
    assert render("full", [UNKNOWN]) == WANTED


def test_a_second_place_has_a_snippet_of_its_own() -> None:
    other = place("cart.yaml", "\N{CJK UNIFIED IDEOGRAPH-4E2D}eam".encode())
    related = Related(other.primary, "the other one")
    found = Finding(
        "MC404", "identity-collision", Severity.ERROR, "twice", UNKNOWN.primary, (related,)
    )
    lines = render("full", [found]).splitlines()
    assert lines[5] == "  ::: cart.yaml:3:10"
    assert (
        lines[7] == " 3 |   owner: \N{CJK UNIFIED IDEOGRAPH-4E2D}eam\N{REPLACEMENT CHARACTER}[31m"
    )
    assert lines[8] == "   |          ----- the other one"


def test_nothing_an_intent_holds_steers_a_terminal() -> None:
    found = place("cart.yaml", b"eam\x1b")
    for form in ("full", "concise"):
        assert "\x1b" not in render(form, [found])


def test_colours_come_only_when_asked_for_and_change_no_word() -> None:
    coloured = render("full", [UNKNOWN], colour=True)
    assert "\x1b[1;31merror[MC201]\x1b[0m" in coloured
    for escape in (*STYLES.values(), END):
        coloured = coloured.replace(escape, "")
    assert coloured == WANTED


def test_concise() -> None:
    assert render("concise", [UNKNOWN]) == (
        "services/checkout.yaml:10:16: MC201 `paymets` is not a service in namespace shop"
        " (did you mean `payments`?)\n"
    )


def test_json_is_versioned_and_complete() -> None:
    said = json.loads(render("json", [UNKNOWN]))
    assert said["version"] == "1"
    assert said["counts"] == {"error": 1, "warning": 0, "info": 0}
    [finding] = said["findings"]
    assert finding["place"] == {
        "file": "services/checkout.yaml",
        "start": UNKNOWN.primary.start,
        "end": UNKNOWN.primary.end,
        "line": 10,
        "column": 16,
        "endLine": 10,
        "endColumn": 23,
    }
    assert finding["hint"] == "did you mean `payments`?"


def test_no_findings_are_an_empty_report_and_valid_json() -> None:
    assert render("full", []) == ""
    assert json.loads(render("json", []))["findings"] == []
    assert summary([]) == "no findings"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\r\n\r\n", b"a\rb\n", "ä\u2028ö\n".encode(), b"\xff\xfe"]
)
def test_every_byte_of_every_text_has_a_place(content: bytes) -> None:
    text = Text("f", content)
    for start in range(len(content) + 2):
        place = text.place(start, start + 1)
        assert place.line >= 1
        assert place.column >= 1
        assert (place.end_line, place.end_column) >= (place.line, place.column)
        text.line(place.line)


def test_columns_count_characters() -> None:
    text = Text("f", "ab\näöü: x\n".encode())
    assert (text.place(3, 5).line, text.place(3, 5).column, text.place(3, 5).end_column) == (
        2,
        1,
        2,
    )
    assert text.place(11, 12).column == 6


def test_order_does_not_depend_on_the_input_and_repeats_go() -> None:
    later = place("services/checkout.yaml", b"calls")
    assert ordered([UNKNOWN, later, UNKNOWN]) == ordered([later, UNKNOWN]) == (later, UNKNOWN)
    assert worst([]) is None
    assert worst([UNKNOWN]) is Severity.ERROR
