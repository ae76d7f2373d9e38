"""What is not said of documents that were not wholly understood: one mistake is one finding."""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.index import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

    from meshc._native import Mesh
    from meshc.findings import Finding
    from meshc.spans import Place

JUDGES: Final = ("linker", "judge", "rule", "date")
"""Who looks at what documents mean; the reader and the checker see what is written."""


def settled(mesh: Mesh, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what is mild and speaks of a doubtful document: its mistake may be the cause.

    What refuses a mesh is never left out; the linker itself keeps silent where a name that nothing
    declares may stand in such a document.
    """
    doubtful: dict[str, list[tuple[int, int]]] = {}
    for file, start, end in mesh.doubtful():
        doubtful.setdefault(file, []).append((start, end))

    def in_doubt(place: Place) -> bool:
        return any(start <= place.start < end for start, end in doubtful.get(place.file, ()))

    for one in findings:
        mild = one.severity is not Severity.ERROR
        if not (doubtful and mild and judged(one)) or not any(
            in_doubt(place) for place in (one.primary, *(other.place for other in one.related))
        ):
            yield one


def judged(finding: Finding) -> bool:
    """Tell whether it was found by looking at what documents mean."""
    rule = RULES.get(finding.code)
    return rule is not None and rule.found_by in JUDGES
