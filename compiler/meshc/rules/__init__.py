"""Takes a linked Mesh, gives findings: one file per rule, found natively or by a check of its own.

`rules.index` is generated from the rule files, so that a lint imports one module and the few
checks written in Python, not every page of documentation.
"""

from __future__ import annotations

from importlib import import_module

from meshc.findings import Finding, Related, Severity, ordered
from meshc.repo.listing import files_of
from meshc.rules.index import RULES
from meshc.rules.rule import Found
from meshc.spans import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from meshc._native import Mesh
    from meshc.rules.rule import Hit, Origin

__all__ = ["RULES", "run", "run_on_text"]


def run(
    mesh: Mesh,
    files: Sequence[tuple[str, bytes]],
    day: str | None = None,
    texts: Texts | None = None,
) -> tuple[Finding, ...]:
    """Gather what reading, checking and linking found, run the other rules, and sort.

    `day`, as ISO 8601 writes it, is the one on which something may have ended; without it nothing
    has. `texts` are those of the files, where somebody has them already.
    """
    texts = texts or Texts(files)
    found = (
        *(finding(texts, raw.code, raw) for raw in mesh.findings()),
        *(finding(texts, code, hit) for code, hit in hits(mesh, day)),
        *(finding(texts, code, hit) for code, hit in hits_of_owners(files)),
    )
    return ordered(found)


def run_on_text(files: Sequence[tuple[str, bytes]], named: Collection[str]) -> tuple[Finding, ...]:
    """Run those of the `named` rules that look at the text of files, whatever it means."""
    if not named:
        return ()
    texts = Texts(files)
    return tuple(finding(texts, code, hit) for code, hit in hits_of_text(files, named))


def hits(mesh: Mesh, day: str | None) -> Iterator[tuple[str, Hit]]:
    """Run the rules that are written in Python, by code."""
    for code, rule in RULES.items():
        found: Iterable[Hit] = ()
        if rule.found_by == "rule":
            found = import_module(rule.module).check(mesh)
        elif rule.found_by == "date" and day is not None:
            found = import_module(rule.module).check_at(mesh, day)
        for hit in found:
            yield code, hit


def hits_of_owners(files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, Hit]]:
    """Run the rules on owners of paths, where a repository has some; else import nothing."""
    if not files_of(files).ending("CODEOWNERS"):
        return
    for code, rule in RULES.items():
        if rule.found_by == "owners":
            found: Iterable[Hit] = import_module(rule.module).check(files)
            for hit in found:
                yield code, hit


def hits_of_text(
    files: Sequence[tuple[str, bytes]], named: Collection[str]
) -> Iterator[tuple[str, Hit]]:
    """Run those of the named rules that look at files instead of the mesh, by code."""
    for code in sorted(named):
        rule = RULES.get(code)
        if rule and rule.found_by == "text":
            found: Iterable[Hit] = import_module(rule.module).check(files)
            for hit in found:
                yield code, hit


def finding(texts: Texts, code: str, found: Hit) -> Finding:
    """Give lines, name, severity and standing advice to what was found at bytes."""
    rule = RULES.get(code)
    hint, advice = advise(found.help)
    return Finding(
        code=code,
        name=rule.name if rule else "unlisted-rule",
        severity=Severity(rule.severity) if rule else Severity.ERROR,
        message=found.message,
        primary=texts.text(found.file).place(found.start, found.end),
        related=places(texts, found.related),
        help=advice or (rule.help if rule else None),
        hint=hint,
        flow=places(texts, found.flow) if isinstance(found, Found) else (),
    )


def places(texts: Texts, origins: Iterable[Origin]) -> tuple[Related, ...]:
    """Give lines to further places."""
    return tuple(
        Related(texts.text(file).place(start, end), message)
        for file, start, end, message in origins
    )


def advise(text: str | None) -> tuple[str | None, str | None]:
    """Part what was found into a hint for the carets (a suggestion) and advice for below."""
    if text is None or not text.startswith("did you mean"):
        return None, text
    hint, _, advice = text.partition("; ")
    return hint, advice or None
