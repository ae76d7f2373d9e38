"""Takes findings, gives text: one file per format, the same findings in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.findings import Finding
    from meshc.spans import Texts

FORMATS: Final = ("full", "concise", "json")


def render(form: str, findings: Sequence[Finding], texts: Texts, *, colour: bool) -> str:
    """Write findings in one of `FORMATS`; ends with a line end unless it is empty."""
    if form == "json":
        from meshc.report import structured

        return structured.render(findings)
    if form == "concise":
        from meshc.report import concise

        return concise.render(findings)
    from meshc.report import full

    return full.render(findings, texts, full.ANSI if colour else full.PLAIN)


def summary(findings: Sequence[Finding]) -> str:
    """Count findings by severity in one line."""
    if not findings:
        return "no findings"
    counts = [
        f"{count} {name}{'' if count == 1 or name == 'info' else 's'}"
        for name in ("error", "warning", "info")
        if (count := sum(one.severity == name for one in findings))
    ]
    return ", ".join(counts)
