"""What may be changed: the checks that stand between a fix and the files."""

from collections.abc import Callable

import pytest

from meshc.change.edits import Misfit, edited, together
from meshc.change.rounds import Mended, mend
from meshc.compiling import lint_files
from meshc.findings import Edit, Finding, Fix
from meshc.mesh.reading import intended
from meshc.mesh.sources import Sources
from meshc.rules.authorization import mc502_no_policy
from meshc.rules.index import RULES
from meshc.rules.rule import PRELUDE

CART = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}   # the cart
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""
BROKEN = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    beta: {match: [{path: /beta, headers: {x-beta: {equals: on}}}]}
    date: {match: [{path: /date, headers: {x-beta: {equals: 2027-01-01}}}]}
"""


def files(text: str) -> list[tuple[str, bytes]]:
    return [("cart.yaml", text.encode()), ("mesh.yaml", PRELUDE.encode())]


def mended(text: str, *, unsafe: bool = False) -> tuple[str, Mended]:
    done = mend(files(text), lint_files, unsafe=unsafe)
    return dict(done.state.files)["cart.yaml"].decode(), done


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Give MC502, a warning on a mesh that compiles, a fix that claims to be safe."""

    def offer(old: str, new: str) -> None:
        def fix(finding: Finding, sources: Sources) -> Fix | None:
            at = sources.text(finding.primary.file).find(old.encode())
            if at < 0:
                return None
            edit = Edit(finding.primary.file, at, at + len(old.encode()), new)
            return Fix("trust me", (edit,), safe=True)

        monkeypatch.setattr(mc502_no_policy, "fix", fix, raising=False)
        row = RULES["MC502"]
        monkeypatch.setitem(
            RULES,
            "MC502",
            type(row)(row.name, row.severity, row.found_by, row.help, row.module, fixes=True),
        )

    return offer


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("8080", "8081", "the compiled mesh would not be the same"),
        ("protocol: http}]", "protocol: http}]\n  allow: [{from: [anyone], operations: [rest]}]",
         "the compiled mesh would not be the same"),
        ("8080", "ninety", "the mesh would not compile any more"),
        ("8080", "[8080", "`cart.yaml` could not be read any more"),
        ("   # the cart", "", "it would lose or change a comment in `cart.yaml`"),
        ("# the cart", "# the card", "it would lose or change a comment in `cart.yaml`"),
    ],
)  # fmt: skip
def test_a_fix_that_claims_to_be_safe_and_is_not_is_refused(
    hostile: Callable[[str, str], None], old: str, new: str, reason: str
) -> None:
    hostile(old, new)
    text, done = mended(CART)
    assert text == CART
    assert done.fixed == 0
    assert [one.reason for one in done.refused] == [reason]
    assert str(done.refused[0]) == f"cart.yaml:3: the fix of MC502 is not made: {reason}"


def test_a_safe_fix_of_a_mesh_that_compiles_is_made(hostile: Callable[[str, str], None]) -> None:
    hostile("[{name: api, port: 8080", "[{port: 8080, name: api")
    text, done = mended(CART)
    assert text == CART.replace("{name: api, port: 8080", "{port: 8080, name: api")
    assert (done.fixed, done.refused) == (1, [])


def test_where_nothing_compiled_the_intended_reading_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from meshc.rules.parsing import mc003_yaml11_boolean as rule

    def fix(finding: Finding, sources: Sources) -> Fix:
        del sources
        place = finding.primary
        return Fix("trust me", (Edit(place.file, place.start, place.end, '"off"'),), safe=True)

    monkeypatch.setattr(rule, "fix", fix)
    text, done = mended(BROKEN)
    assert [one.reason for one in done.refused] == ["`cart.yaml` would not say the same any more"]
    assert text == BROKEN.replace("2027-01-01", '"2027-01-01"')
    assert done.fixed == 1


def test_quotes_where_a_number_is_wanted_are_no_safe_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    from meshc.rules.parsing import mc003_yaml11_boolean as rule

    def fix(finding: Finding, sources: Sources) -> Fix:
        at = sources.text(finding.primary.file).index(b"8080")
        return Fix("trust me", (Edit(finding.primary.file, at, at + 4, '"8080"'),), safe=True)

    monkeypatch.setattr(rule, "fix", fix)
    _, done = mended(BROKEN)
    assert [one.reason for one in done.refused] == [
        "it would bring a finding: expected a whole number, found `8080`"
    ]


def test_one_bad_fix_keeps_no_other_from_being_made(hostile: Callable[[str, str], None]) -> None:
    hostile("8080", "8081")
    many = "".join(f"---\n{CART.replace('cart', f's{n}')}" for n in range(9))
    text, done = mended(BROKEN + many)
    assert text == mended(BROKEN + many, unsafe=True)[0]
    assert (text.count('"on"'), text.count('"2027-01-01"'), done.fixed) == (1, 1, 2)
    assert {one.reason for one in done.refused} == {"`cart.yaml` would not say the same any more"}


def test_a_second_run_finds_nothing_new() -> None:
    text, done = mended(BROKEN)
    assert (done.fixed, done.refused) == (2, [])
    assert text == BROKEN.replace("2027-01-01", '"2027-01-01"').replace(": on}", ': "on"}')
    again, second = mended(text)
    assert (again, second.fixed) == (text, 0)


def test_line_ends_and_byte_order_mark_stay() -> None:
    text = "\ufeff" + BROKEN.replace("\n", "\r\n")
    done, _ = mended(text)
    assert done == text.replace("2027-01-01", '"2027-01-01"').replace(": on}", ': "on"}')
    assert edited(b"a\r\nb", [Edit("f", 4, 4, "\nc")]) == b"a\r\nb\r\nc"
    assert edited(b"a\nb\r\n", [Edit("f", 1, 1, "\nc")]) == b"a\nc\nb\r\n"


def test_where_edits_touch_the_first_one_wins() -> None:
    def fix(start: int, end: int, text: str = "") -> Fix:
        return Fix("", (Edit("f", start, end, text),), safe=True)

    first, second, third = fix(2, 5), fix(4, 6), fix(6, 7)
    assert together([first, second, third]) == [first, third]
    assert together([fix(2, 5), fix(5, 5, "x")]) == [fix(2, 5)]
    both = Fix("", (Edit("f", 9, 9, "a"), Edit("g", 0, 1, "b")), safe=True)
    assert together([Fix("", (Edit("g", 1, 2, ""),), safe=True), both]) != [both]


@pytest.mark.parametrize("edit", [(-1, 0), (3, 2), (2, 9)])
def test_edits_outside_a_file_are_refused(edit: tuple[int, int]) -> None:
    with pytest.raises(Misfit):
        edited(b"abc", [Edit("f", *edit, "x")])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a: on\n", 'a: "on"\n', True),
        ("a: 1\nb: 2\n", "b: 2\na: 1\n", True),
        ("a: [1, 2]\n", "a:\n  - 1\n  - 2\n", True),
        ("a: [1, 2]\n", "a: [2, 1]\n", False),
        ("a: 1\n", "a: 2\n", False),
        ("a:\n", 'a: ""\n', False),
        ("a: 1\na: 1\n", "a: 1\n", False),
        ("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", "a: {b: 1, c: 2}\nd: {c: 3, b: 1}\n", True),
        ("d:\n  <<: [{b: 1}, {b: 2, c: 3}]\n", "d: {b: 1, c: 3}\n", True),
        ("a:\n\tb: 1\n\tc: 2\n", "a:\n  b: 1\n  c: 2\n", True),
        ("a: 1\n---\nb: 1\n", "a: 1\n", False),
    ],
)
def test_the_intended_reading_is_what_is_meant(one: str, other: str, same: bool) -> None:
    readings = intended(one.encode()), intended(other.encode())
    assert None not in readings
    assert (readings[0] == readings[1]) is same


@pytest.mark.parametrize(
    "text",
    [
        "a: [1\n",
        "a:\n    b:\n\tc: 1\n",  # four columns or eight?
        "a: |\n  x\n\ty\n",
        "\ta: 'x\n\ty'\n",
    ],
)
def test_what_could_be_meant_in_several_ways_has_no_reading(text: str) -> None:
    assert intended(text.encode()) is None


def test_a_large_file_of_tabs_is_answered_at_once() -> None:
    lines = "".join(f"\tk{n}: 1\n" for n in range(60_000))
    assert intended(f"a:\n{lines}".encode()) is None
    few = "".join(f"\tk{n}: 1\n" for n in range(1_000))
    assert intended(f"a:\n{few}".encode()) is not None
