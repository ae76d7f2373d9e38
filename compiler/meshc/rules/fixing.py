"""From findings to their fixes: the rule files say how, this module asks them."""

from __future__ import annotations

from importlib import import_module

from meshc.record import replace
from meshc.rules.index import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from meshc.findings import Finding, Fix
    from meshc.mesh.sources import Sources


def fix_of(finding: Finding, sources: Sources) -> Fix | None:
    """Give the fix that a finding's rule offers for it; `sources` are the files linted."""
    rule = RULES.get(finding.code)
    if rule is None or not rule.fixes:
        return None
    # Only the file of a rule that found something is imported.
    fix: Callable[[Finding, Sources], Fix | None] = import_module(rule.module).fix
    return fix(finding, sources)


def with_fixes(findings: Iterable[Finding], sources: Sources) -> tuple[Finding, ...]:
    """Give the findings with the fixes of their rules filled in; order is kept."""
    filled = []
    for one in findings:
        found = None if one.fixes else fix_of(one, sources)
        filled.append(replace(one, fixes=(found,)) if found else one)
    return tuple(filled)
