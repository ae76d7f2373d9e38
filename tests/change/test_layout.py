"""The layout of files, as MC009 finds it and `--fix` writes it."""

from collections.abc import Sequence

import pytest

from meshc._native import Document, Formatter
from meshc.change.layout import laid_out
from meshc.change.rounds import mend
from meshc.compiling import Linted, compile_files, lint_files
from meshc.mesh import order
from meshc.policy.judging import Asked
from meshc.policy.selection import Layer
from meshc.policy.settings import Settings
from meshc.repo import File
from meshc.rules.parsing.mc009_not_formatted import difference
from meshc.rules.rule import PRELUDE

UGLY = """\
kind: ServiceIntent   # what
apiVersion: meshc.dev/v1
metadata: {namespace: shop, name: cart}
spec:
    ports: [{name: api, port: 8080, protocol: http}]


    allow: [{from: [anyone], operations: [rest]}]
"""


def files(text: str) -> list[File]:
    return [("cart.yaml", text.encode()), ("mesh.yaml", PRELUDE.encode())]


def asked(*codes: str) -> Asked:
    return Asked(settings=Settings(layers=(Layer(extend=codes),)))


@pytest.mark.parametrize(
    ("codes", "found"), [((), 0), (("MC0",), 0), (("ALL",), 0), (("MC009",), 1)]
)
def test_the_layout_is_a_finding_only_where_somebody_names_it(
    codes: tuple[str, ...], found: int
) -> None:
    findings = lint_files(files(UGLY), asked(*codes)).findings
    assert [one.code for one in findings].count("MC009") == found


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_fix_of_the_layout_is_safe_and_is_what_fmt_writes(end: str) -> None:
    text = UGLY.replace("\n", end)

    def lint(those: Sequence[File]) -> Linted:
        return lint_files(those, asked("MC009"))

    done = mend(files(text), lint, unsafe=False)
    assert (done.fixed, done.refused) == (1, [])
    (wanted, _) = laid_out(files(text))
    assert dict(done.state.files)["cart.yaml"] == wanted.new
    assert wanted.new.count(b"\r\n") == (wanted.new.count(b"\n") if end == "\r\n" else 0)
    before, after = (compile_files(one, "test") for one in (files(text), done.state.files))
    assert [row[:2] for row in before.slices] == [row[:2] for row in after.slices] != []


@pytest.mark.parametrize(
    ("old", "new", "span", "text"),
    [
        ("a\nb\nc\n", "a\nx\nc\n", (2, 4), "x\n"),
        ("a\na\n", "a\na\na\n", (4, 4), "a\n"),
        ("a\nb\n", "a\n", (2, 4), ""),
        ("a", "a\n", (0, 1), "a\n"),
    ],
)
def test_a_difference_is_as_few_lines_as_there_are(
    old: str, new: str, span: tuple[int, int], text: str
) -> None:
    edit = difference("f", old.encode(), new.encode())
    assert ((edit.start, edit.end), edit.text) == (span, text)


def test_what_is_left_alone_says_where_and_why() -> None:
    (one,) = laid_out([("a.yaml", b"b: 1\na: [1\n")])
    assert not one.differs
    assert one.why() == "a.yaml:2:4: left as it is: `[` is opened and never closed"


def test_a_table_of_orders_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="kinds"):
        Formatter(b"{}")


def test_every_field_of_every_kind_has_its_rank() -> None:
    """A mapping with all fields backwards comes out in the order of the models."""
    from meshc.schema.kinds import KINDS

    formatter = Formatter(order.table())
    for kind, model in KINDS.items():
        names = list(model.model_json_schema(by_alias=True)["properties"])
        lines = [f"{name}: {kind if name == 'kind' else '{}'}\n" for name in names]
        made, left = formatter.format("".join(reversed(lines)).encode())
        assert left is None
        assert [key.value for key, _ in Document(made).root(0).entries()] == names
