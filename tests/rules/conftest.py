"""The end of a run says which checks were the slowest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what `test_cost.py` measured, as it came: slowest first."""
    reports = terminalreporter.getreports("passed")
    lines = [line for one in reports for name, line in one.user_properties if name == "slowest"]
    if lines:
        terminalreporter.section("slowest checks on a small corpus; bench/checks.py: large")
        for line in lines:
            terminalreporter.write_line(line)
