"""Laws of which rules run: no order of a list matters, closer names hold, higher layers hold."""

import fnmatch
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshc.findings import Severity
from meshc.policy.patterns import pattern
from meshc.policy.selection import (
    ALL,
    Layer,
    adjustable,
    closest,
    covered,
    meant,
    runs,
    suppressible,
    weight,
)
from meshc.record import replace
from meshc.rules.index import RULES

CODES = sorted(RULES)
PREFIXES = sorted({ALL, *CODES, *(code[:3] for code in CODES), *(code[:4] for code in CODES)})
prefixes = st.lists(st.sampled_from(PREFIXES), max_size=5).map(tuple)
layer = st.builds(Layer, select=st.none() | prefixes, extend=prefixes, ignore=prefixes)
layers = st.lists(layer, max_size=3).map(tuple)
code = st.sampled_from([one for one in CODES if adjustable(one)])


@given(code, layers, st.randoms())
def test_the_order_inside_a_list_never_matters(
    one: str, stack: tuple[Layer, ...], random: Random
) -> None:
    def shuffled(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(random.sample(words, len(words)))

    other = tuple(
        Layer(each.select and shuffled(each.select), shuffled(each.extend), shuffled(each.ignore))
        for each in stack
    )
    assert runs(one, stack) == runs(one, other)


@given(code, layers)
def test_a_higher_layer_that_names_a_rule_holds(one: str, stack: tuple[Layer, ...]) -> None:
    assert not runs(one, (*stack, Layer(ignore=(one,))))
    assert runs(one, (*stack, Layer(select=(one,))))
    assert runs(one, (*stack, Layer(extend=(one,))))
    assert runs(one, (*stack, Layer())) == runs(one, stack)


@given(code, layers)
def test_in_one_layer_the_closer_name_holds_and_ignore_of_equals(
    one: str, stack: tuple[Layer, ...]
) -> None:
    for wide in (ALL, one[:3], one[:4]):
        assert runs(one, (*stack, Layer(select=(one,), ignore=(wide,))))
        assert not runs(one, (*stack, Layer(select=(wide,), ignore=(one,))))
        assert not runs(one, (*stack, Layer(select=(wide,), ignore=(wide,))))


@given(code, layers)
def test_selecting_nothing_runs_nothing(one: str, stack: tuple[Layer, ...]) -> None:
    assert not runs(one, (*stack, Layer(select=())))
    other = Layer(select=tuple(each for each in CODES if each != one))
    assert not runs(one, (*stack, other))


@given(st.sampled_from(CODES), layers)
def test_what_keeps_a_mesh_from_being_compiled_always_runs(
    one: str, stack: tuple[Layer, ...]
) -> None:
    if not adjustable(one):
        assert runs(one, stack)
        assert RULES[one].severity == "error"
        assert RULES[one].found_by in {"reader", "checker", "linker"}
    assert not suppressible(one) or adjustable(one)


def test_the_closest_severity_holds() -> None:
    table = {ALL: Severity.INFO, "MC5": Severity.WARNING, "MC501": Severity.ERROR}
    assert [closest(table, one) for one in ("MC501", "MC502", "MC212")] == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.INFO,
    ]
    assert closest({}, "MC501") is None


def test_a_profile_is_what_the_rules_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "MC212", replace(RULES["MC212"], strict="error"))
    assert (weight("MC212", "default"), weight("MC212", "strict")) == ("info", "error")
    assert (weight("MC502", "default"), weight("MC502", "strict")) == ("warning", "warning")


@pytest.mark.parametrize(
    ("word", "code"),
    [("MC5O1", "MC501"), ("mc501", "MC501"), ("allow-al", "MC501"), ("no-policy", "MC502")],
)
def test_what_was_meant_is_suggested(word: str, code: str) -> None:
    assert meant(word) == f"did you mean `{code}`?"
    assert "lists the rules" in meant("zzz")


@pytest.mark.parametrize(
    ("glob", "fits", "others"),
    [
        ("shop/*", ["shop/a.yaml"], ["shop/a/b.yaml", "a/shop/c.yaml"]),
        ("shop/**", ["shop/a.yaml", "shop/a/b.yaml"], ["shopping/a.yaml"]),
        ("**/a.yaml", ["a.yaml", "x/a.yaml", "x/y/a.yaml"], ["x/ba.yaml", "a.yaml/b"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab"]),
        ("a?.yaml", ["ab.yaml"], ["a.yaml", "a/.yaml", "abc.yaml"]),
        ("[a].yaml", ["[a].yaml"], ["a.yaml"]),
    ],
)
def test_patterns_of_paths(glob: str, fits: list[str], others: list[str]) -> None:
    assert all(pattern(glob).match(path) for path in fits)
    assert not any(pattern(glob).match(path) for path in others)


@given(st.text("ab*?.", max_size=8), st.text("ab.", max_size=8))
def test_inside_a_folder_patterns_are_those_of_shells(glob: str, path: str) -> None:
    if "**" not in glob:
        assert bool(pattern(glob).match(path)) == fnmatch.fnmatchcase(path, glob)


def test_prefixes_cover_what_begins_with_them() -> None:
    assert covered("MC91") == ["MC910", "MC911", "MC912", "MC913"]
    assert covered(ALL) == list(RULES)
    assert covered("MC59") == []
