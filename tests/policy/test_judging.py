"""What hides a finding, what does not, and what becomes of suppressions that hide nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc.compiling import Linted, compile_files, lint_files
from meshc.findings import Severity
from meshc.mesh.sources import Sources
from meshc.policy import baseline, suppressions
from meshc.policy.judging import Asked
from meshc.policy.settings import SettingsError
from meshc.rules.rule import PRELUDE

Files = list[tuple[str, bytes]]

HEAD = "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n"
OPEN = "  allow: [{from: [anyone]}]\n"


def service(name: str, body: str = OPEN, above: str = "") -> str:
    head = f"{HEAD}metadata: {{name: {name}, namespace: shop}}\nspec:\n"
    return f"{above}{head}  ports: [{{name: api, port: 8080, protocol: http}}]\n{body}"


def lint(text: str, *beside: tuple[str, str], at: str | None = None) -> Linted:
    files = [("a.yaml", text), ("mesh.yaml", PRELUDE), *beside]
    return lint_files([(path, one.encode()) for path, one in files], Asked(at=at))


def codes(linted: Linted, *without: str) -> list[str]:
    hidden = {"MC212", *without}
    return [one.code for one in linted.findings if one.code not in hidden]


def test_a_comment_hides_what_begins_on_its_line() -> None:
    body = "  allow: [{from: [anyone]}]  # meshc: ignore[MC501] reason: not yet ticket: A-1\n"
    linted = lint(service("cart", body))
    assert codes(linted) == []
    (hidden,) = linted.suppressed
    assert (hidden.finding.code, hidden.by, hidden.inline) == ("MC501", "comment", True)
    assert hidden.reason == "not yet (A-1)"


def test_a_comment_hides_what_begins_below_and_nothing_beside() -> None:
    comment = "  # meshc: ignore[MC501] reason: not yet\n"
    above = service("cart", comment + OPEN)
    beside = service(
        "cart", "  requests:\n" + comment.replace("  #", "    #") + "    timeout: 1s\n" + OPEN
    )
    assert codes(lint(above)) == []
    assert codes(lint(beside)) == ["MC910", "MC501"]


def test_a_comment_above_a_file_is_about_the_file_and_above_a_document_about_it() -> None:
    comment = "# meshc: ignore[MC501] reason: not yet\n"
    both = f"{comment}---\n{service('cart')}---\n{service('web')}"
    assert codes(lint(both)) == []
    second = f"{service('cart')}---\n{comment}{service('web')}"
    found = lint(second)
    assert codes(found) == ["MC501"]
    assert "`shop/cart`" in next(one.message for one in found.findings if one.code == "MC501")


def test_text_is_no_comment() -> None:
    body = '  owner: "# meshc: ignore[MC501] reason: x"\n'
    assert "MC501" in codes(lint(service("cart", body + OPEN)))


WRONG = [
    ("ignroe[MC501] reason: x", "MC910", "it is not understood"),
    ("ignore MC501 reason: x", "MC910", "it is not understood"),
    ("ignore[] reason: x", "MC910", "it names no rule"),
    ("ignore[MC599] reason: x", "MC910", "`MC599` is no rule"),
    ("ignore[allow-all] reason: x", "MC910", "`allow-all` is no rule"),
    ("ignore[MC201] reason: x", "MC910", "`MC201` cannot be hidden: what it finds keeps"),
    ("ignore[MC910] reason: x", "MC910", "`MC910` cannot be hidden: it watches"),
    ("ignore[MC501] reason: x until: 2027-02-30", "MC910", "`2027-02-30` is no date"),
    ("ignore[MC501] reason: x until: soon", "MC910", "`soon` is no date"),
    ("ignore[MC501] reson: x", "MC910", "`reson:` is no field"),
    ("ignore[MC501] reason: x reason: y", "MC910", "it says `reason:` twice"),
]


@pytest.mark.parametrize(("comment", "code", "claim"), WRONG, ids=[one[0] for one in WRONG])
def test_a_comment_that_is_none_hides_nothing_and_is_said(
    comment: str, code: str, claim: str
) -> None:
    linted = lint(service("cart", f"  # meshc: {comment}\n{OPEN}"))
    (found,) = (one for one in linted.findings if one.code.startswith("MC91"))
    assert (found.code, found.primary.line) == (code, 6)
    assert claim in found.message
    assert found.hint or found.help
    assert "MC501" in codes(linted)
    assert linted.suppressed == ()


def test_without_a_reason_it_hides_and_fails() -> None:
    for comment in ("ignore[MC501]", "ignore[MC501] reason:", "ignore[MC501] until: 2027-01-01"):
        linted = lint(service("cart", f"  # meshc: {comment}\n{OPEN}"))
        assert codes(linted) == ["MC911"]
        assert not linted.fit
        assert len(linted.suppressed) == 1


def test_one_of_several_codes_that_hides_nothing_is_shown() -> None:
    text = service("cart", "  # meshc: ignore[MC501, MC502] reason: x\n" + OPEN)
    (found,) = (one for one in lint(text).findings if one.code == "MC910")
    assert text.encode()[found.primary.start : found.primary.end] == b"MC502"


def test_a_suppression_ends_on_its_day_and_nothing_ends_without_one() -> None:
    text = service("cart", "  # meshc: ignore[MC501] reason: x until: 2027-01-31\n" + OPEN)
    assert codes(lint(text)) == codes(lint(text, at="2027-01-30")) == []
    assert codes(lint(text, at="2027-01-31")) == ["MC912", "MC501"]
    files = [("a.yaml", text.encode()), ("mesh.yaml", PRELUDE.encode())]
    assert compile_files(files, "c").fit
    unused = service("cart", "  # meshc: ignore[MC502] reason: x until: 2027-01-31\n" + OPEN)
    assert codes(lint(unused, at="2028-01-01")) == ["MC910", "MC501"]


def test_nothing_is_called_unused_where_rules_did_not_see_everything() -> None:
    text = service("cart", "  # meshc: ignore[MC502] reason: x\n" + OPEN + "  unknown: 1\n")
    assert codes(lint(text)) == ["MC501", "MC101"]


def test_what_settings_silence_leaves_a_suppression_used() -> None:
    text = service("cart", "  # meshc: ignore[MC501] reason: x\n" + OPEN)
    linted = lint(text, ("meshc.toml", 'ignore = ["MC501"]'))
    assert codes(linted) == []
    assert linted.suppressed == ()


@st.composite
def commented(draw: st.DrawFn) -> tuple[str, int, int]:
    """A file with one comment on a line of its own or behind one, and what the comment is about."""
    names = draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True))
    lines = "---\n".join(service(name) for name in names).splitlines(keepends=True)
    number = draw(st.integers(0, len(lines) - 1))
    comment = "# meshc: ignore[MC501] reason: x"
    if draw(st.booleans()) and lines[number] != "---\n":
        lines[number] = f"{lines[number].rstrip()}  {comment}\n"
    else:
        indent = re.match(" *", lines[number])
        assert indent
        lines.insert(number, f"{indent[0]}{comment}\n")
    text = "".join(lines)
    ((_, suppression),) = (
        (file, one)
        for file, here in suppressions.read([("a.yaml", text.encode())]).by_file.items()
        for one in here
    )
    return text, suppression.about.start, suppression.about.end


@given(commented())
@settings(max_examples=60, deadline=None)
def test_a_suppression_never_hides_what_is_outside_of_what_it_is_about(
    case: tuple[str, int, int],
) -> None:
    text, start, end = case
    linted = lint(text)
    bare = re.sub(
        r" +# meshc.*|# meshc.*\n",
        lambda one: " " * len(one[0].rstrip("\n")) + "\n" * one[0].endswith("\n"),
        text,
    )
    assert len(bare) == len(text)
    everything = {one.primary.start for one in lint(bare).findings if one.code == "MC501"}
    hidden = {one.finding.primary.start for one in linted.suppressed}
    shown = {one.primary.start for one in linted.findings if one.code == "MC501"}
    assert hidden == {at for at in everything if start <= at < end}
    assert shown == everything - hidden
    assert ("MC910" in codes(linted)) == (not hidden)


def test_severity_by_rule_namespace_and_file() -> None:
    text = service("cart", "")
    plain = lint(text)
    assert [(one.code, one.severity) for one in plain.findings if one.code == "MC502"] == [
        ("MC502", Severity.WARNING)
    ]

    def weigh(toml: str) -> Severity | None:
        found = lint(text, ("meshc.toml", toml)).findings
        return next((one.severity for one in found if one.code == "MC502"), None)

    assert weigh('severity.MC5 = "info"') is Severity.INFO
    assert weigh('severity = {MC5 = "info", MC502 = "error"}') is Severity.ERROR
    assert weigh('per-namespace.shop.severity.MC502 = "error"') is Severity.ERROR
    assert weigh('per-namespace.other.severity.MC502 = "error"') is Severity.WARNING
    assert weigh('per-namespace.shop.ignore = ["MC502"]') is None
    both = 'per-namespace.shop.severity.MC502 = "error"\nper-file."*.yaml".severity.MC502 = "info"'
    assert weigh(both) is Severity.INFO
    several = '[per-file]\n"*".severity.MC502 = "info"\n"a.*".severity.MC502 = "error"'
    assert weigh(several) is Severity.ERROR
    assert weigh('per-file."b.*".ignore = ["ALL"]') is Severity.WARNING
    assert (
        weigh('per-file."a.*" = {ignore = ["MC5"], severity = {MC502 = "info"}}') is Severity.INFO
    )


def test_nothing_silences_what_keeps_a_mesh_from_being_compiled() -> None:
    toml = 'select = []\nignore = ["ALL"]\nper-file."**".ignore = ["ALL"]\nseverity.ALL = "info"'
    linted = lint(service("cart", "  unknown: 1\n"), ("meshc.toml", toml))
    assert [(one.code, one.severity) for one in linted.findings] == [("MC101", Severity.ERROR)]


def test_a_namespace_given_by_the_folder_counts_too() -> None:
    text = service("cart", "").replace(", namespace: shop", "")
    toml = '[namespaces]\n"" = "shop"\n[per-namespace.shop]\nignore = ["MC502"]\n'
    assert codes(lint(text, ("meshc.toml", toml))) == []


BASELINE = ("meshc.toml", 'baseline = ".meshc/baseline.json"')


def known(text: str) -> tuple[str, str]:
    files = [("a.yaml", text.encode()), ("mesh.yaml", PRELUDE.encode())]
    made = baseline.of(lint_files(files).findings, Sources(files), "x")
    return ".meshc/baseline.json", baseline.encode(made.known).decode()


def test_what_is_known_is_hidden_and_what_is_new_is_not() -> None:
    old = known(service("cart"))
    linted = lint(service("cart"), BASELINE, old)
    assert linted.findings == ()
    assert {one.by for one in linted.suppressed} == {"baseline"}
    moved = "# a line\n\n" + service("cart").replace("spec:", "# more\nspec:")
    assert lint(moved, BASELINE, old).findings == ()
    more = f"{service('cart')}---\n{service('web')}"
    assert codes(lint(more, BASELINE, old)) == ["MC501"]


def test_findings_alike_are_counted() -> None:
    twice = service("cart", "  allow:\n    - {from: [anyone]}\n    - {name: b, from: [anyone]}\n")
    path, content = known(twice)
    assert content.count("MC501") == 2
    same = content.replace('"path": "spec/allow/b"', '"path": "spec/allow/0"')
    with pytest.raises(SettingsError, match=r"baseline.json:\d: the entry is not what its name"):
        lint(twice, BASELINE, (path, same))
    once = baseline.decode("x", content.encode())
    doubled = dict.fromkeys(once.known, 2)
    linted = lint(twice, BASELINE, (path, baseline.encode(doubled).decode()))
    partly = [one.message for one in linted.findings if one.code == "MC913"]
    assert len(partly) == len(doubled)
    assert all(message.endswith("1 of 2 are solved") for message in partly)


def test_what_is_solved_is_said_at_its_line() -> None:
    path, content = known(service("cart"))
    linted = lint(
        service("cart", "  allow: [{from: [anyone], operations: [rest]}]\n"),
        BASELINE,
        (path, content),
    )
    (found,) = (one for one in linted.findings if one.code == "MC913")
    assert found.primary.file == path
    line = content.splitlines()[found.primary.line - 1]
    assert '"MC501"' in line
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 2}', '{"x": 1, "version": 1}', "[" * 9000]
)
def test_a_baseline_that_is_none_is_said(content: str) -> None:
    with pytest.raises(SettingsError, match=r"^\.meshc/baseline\.json:"):
        lint(service("cart"), BASELINE, (".meshc/baseline.json", content))


def test_a_baseline_is_the_same_bytes_whatever_the_order() -> None:
    _, content = known(f"{service('cart')}---\n{service('web')}")
    _, other = known(f"{service('web')}---\n{service('cart')}")
    assert content == other
    assert baseline.encode(baseline.decode("x", content.encode()).known).decode() == content
