"""Takes findings, gives text: one file per format, the same findings in each.

A format's file has a docstring, which is its page, and `render(run)`. It is imported when it is
asked for.
"""

from __future__ import annotations

from importlib import import_module

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Final, Literal

    from meshc.findings import Finding
    from meshc.report.run import Run
    from meshc.spans import Texts


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `base` is what its paths are relative to: where the reader stands, the root of the Git
    repository, or the folder linted. `people` tells a format read on a terminal.
    """

    module: str
    summary: str
    base: Literal["here", "checkout", "linted"]
    people: bool = False


FORMATS: Final = {
    "full": Format("meshc.report.full", "findings with their source", "here", people=True),
    "concise": Format("meshc.report.concise", "one line a finding", "here", people=True),
    "json": Format("meshc.report.json_document", "one JSON object, newest version", "linted"),
    "json-v1": Format("meshc.report.json_document", "one JSON object, version 1", "linted"),
    "json-lines": Format("meshc.report.json_lines", "one JSON object a line", "linted"),
    "sarif": Format("meshc.report.sarif", "SARIF 2.1.0, for code scanning", "checkout"),
    "github": Format("meshc.report.github", "annotations of GitHub Actions", "checkout"),
    "gitlab": Format("meshc.report.gitlab", "GitLab's Code Quality report", "checkout"),
    "junit": Format("meshc.report.junit", "JUnit XML", "here"),
    "rdjson": Format("meshc.report.rdjson", "for reviewdog", "here"),
    "markdown": Format("meshc.report.markdown", "a comment on a pull request", "checkout"),
    "azure": Format("meshc.report.azure", "issues of Azure Pipelines", "checkout"),
}


def render(form: str, run: Run) -> str:
    """Write findings in one of `FORMATS`; ends with a line end unless it is empty."""
    write: Callable[[Run], str] = import_module(FORMATS[form].module).render
    return write(run)


def in_full(findings: Iterable[Finding], texts: Texts, *, colour: bool = False) -> str:
    """Write findings with their sources, where no lint is asked for but something is wrong."""
    from meshc.report.run import Run  # not on the road of `--help`

    # This format names no fingerprint.
    return render("full", Run(tuple(findings), texts, lambda one: one.code, colour=colour))
