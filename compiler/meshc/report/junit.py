"""JUnit XML: one suite, one test case a finding, for anything that shows test results.

What is grave enough to fail the run is a failure, other findings are cases that pass and say
theirs in `system-out`: the file is red exactly when the exit code is 1. A run without findings is
one case that passes. The form is the schema of Jenkins' xUnit plugin (`junit-10.xsd`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from meshc.report.plain import shown

if TYPE_CHECKING:
    from meshc.findings import Finding
    from meshc.report.run import Run


def render(run: Run) -> str:
    """Write one document."""
    failures = sum(run.fails(one) for one in run.findings)
    cases = "".join(case(one, run) for one in run.findings)
    if not cases:
        cases = '    <testcase classname="meshc.lint" name="no findings"/>\n'
    counts = f'tests="{max(len(run.findings), 1)}" failures="{failures}" errors="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="meshc" {counts}>\n'
        f'  <testsuite name="meshc lint" {counts} skipped="0">\n'
        f"{cases}  </testsuite>\n</testsuites>\n"
    )


def case(one: Finding, run: Run) -> str:
    """Write one finding."""
    name = quoted(f"{one.code} {run.path(one.primary)}:{one.primary.line}:{one.primary.column}")
    where = quoted(f"meshc.{one.name}")
    message = one.message + (f" ({one.hint})" if one.hint else "")
    said = [message, one.help or "", *(f"{run.where(o.place)}: {o.message}" for o in one.related)]
    text = escape("\n".join(shown(line) for line in said if line))
    if run.fails(one):
        inner = f"<failure type={quoted(one.code)} message={quoted(message)}>{text}</failure>"
    else:
        inner = f"<system-out>{escape(str(one.severity))}: {text}</system-out>"
    return f"    <testcase classname={where} name={name}>{inner}</testcase>\n"


def quoted(text: str) -> str:
    """Write an attribute's value; characters that XML 1.0 has no way to write are replaced."""
    return quoteattr(shown(text))
