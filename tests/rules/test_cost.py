"""What the checks cost, printed at the end of a run (`conftest.py`); no time is asserted.

A time says something about a machine and its other work, and a test must not. What can be wrong
here: a check that nobody measures, and one without a budget.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from meshc.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
SERVICES = 1000
RUNS = 3
SHOWN = 5


def test_every_check_is_measured_against_its_budget(
    record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    monkeypatch.delitem(sys.modules, "corpus", raising=False)  # tests have one of that name too
    path = BENCH / "checks.py"
    spec = importlib.util.spec_from_file_location("bench_checks", path)
    assert spec
    assert spec.loader
    checks = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bench_checks", checks)
    spec.loader.exec_module(checks)
    measured = checks.times(SERVICES, RUNS)
    assert {code for code, *_ in measured} == {
        code for code, rule in RULES.items() if rule.found_by == "rule"
    }
    for code, sees, taken, _ in measured[:SHOWN]:
        # Rows and edges of a corpus grow with its services.
        budget = checks.BUDGETS[sees] * SERVICES / 10_000
        line = f"{code} ({sees}) {taken:.3f} ms, {taken / budget:.0%} of its share of the budget"
        record_property("slowest", line)
    assert all(sees in checks.BUDGETS for _, sees, *_ in measured)
