"""Our `dataclass` and the standard library's are one."""

from __future__ import annotations

import copy
import dataclasses
import operator
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshc import record
from meshc.findings import Edit
from meshc.spans import Place


def pair(order: bool) -> list[Any]:
    made: list[Any] = []
    for module in (record, dataclasses):

        @module.dataclass(frozen=True, slots=True, order=order)
        class Both:
            """A text."""

            a: int
            b: str = "b"
            c: list[int] = module.field(default_factory=list)

            @property
            def twice(self) -> int:
                """Give a number."""
                return 2 * self.a

        made.append(Both)
    return made


OURS, THEIRS = pair(order=True)
VALUES = st.tuples(st.integers(-2, 2), st.sampled_from("abc"), st.lists(st.integers(0, 1)))


@given(VALUES, VALUES)
def test_comparisons_are_those_of_dataclasses(one: tuple[Any, ...], two: tuple[Any, ...]) -> None:
    for how in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert how(OURS(*one), OURS(*two)) == how(THEIRS(*one), THEIRS(*two))


@given(VALUES, st.integers(0, 3), st.integers(-2, 2))
def test_objects_are_those_of_dataclasses(
    values: tuple[Any, ...], given_by_place: int, other: int
) -> None:
    named = dict(zip("abc", values, strict=True))
    rest = {name: named[name] for name in "abc"[given_by_place:]}
    ours, theirs = (cls(*values[:given_by_place], **rest) for cls in (OURS, THEIRS))
    assert repr(ours) == repr(theirs)
    assert ours.twice == theirs.twice
    changed = record.replace(ours, a=other)
    assert repr(changed) == repr(dataclasses.replace(theirs, a=other))
    assert copy.copy(ours) == ours


def test_classes_are_those_of_dataclasses() -> None:
    for name in ("__slots__", "__match_args__", "__doc__", "__name__", "__qualname__"):
        assert getattr(OURS, name) == getattr(THEIRS, name)
    ours, theirs = pair(order=False)
    with pytest.raises(TypeError):
        assert ours(1) < ours(2)
    assert ours(1) != theirs(1)
    assert ours(1).c is not ours(1).c
    assert ours(1).b is ours(2).b


@pytest.mark.parametrize("cls", [OURS, THEIRS])
def test_wrong_arguments_and_changes_are_refused(cls: Any) -> None:
    for arguments, named in (((), {}), ((1, "b", [], 4), {}), ((1,), {"d": 1}), ((1,), {"a": 1})):
        with pytest.raises(TypeError):
            cls(*arguments, **named)
    with pytest.raises(AttributeError):
        cls(1).a = 2
    with pytest.raises(AttributeError):
        del cls(1).a
    with pytest.raises((AttributeError, TypeError)):  # which of them depends on the interpreter
        cls(1).other = 2


def test_equal_ones_hash_alike_and_are_kept_whole() -> None:
    one, two = (Place("a.yaml", 1, 2, 1, 2, 1, 3) for _ in range(2))
    assert hash(one) == hash(two)
    assert {one: 1}[two] == 1
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - bytes of our own
    assert min(Edit("b", 0, 0, ""), Edit("a", 1, 1, "")).file == "a"
