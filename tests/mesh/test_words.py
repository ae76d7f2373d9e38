"""What fixes take from messages and hints is what the patterns say that describe it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from meshc.findings import Finding, Severity
from meshc.mesh.editing import names_in, suggestion
from meshc.spans import Place

PIECES = st.lists(st.sampled_from(["`", "``", "a", "b c", "?", "did you mean ", "; "]), max_size=9)
HERE = Place("a.yaml", 0, 1, 1, 1, 1, 2)


@given(PIECES)
def test_names_are_what_stands_in_backticks(pieces: list[str]) -> None:
    message = "".join(pieces)
    assert names_in(message) == re.findall(r"`([^`]+)`", message)


@given(PIECES)
def test_a_suggestion_is_one_name(pieces: list[str]) -> None:
    hint = "".join(pieces)
    found = re.match(r"did you mean `([^`]+)`\?", hint)
    finding = Finding("MC000", "none", Severity.ERROR, "m", HERE, hint=hint)
    assert suggestion(finding) == (found[1] if found else None)
