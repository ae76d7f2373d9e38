"""A tab is used as indentation.

Why it matters:
YAML forbids it, and editors show tabs at different widths, so the structure a person sees is not
the one a reader finds.

What to do:
Replace tabs at the beginning of lines with spaces.
"""

from __future__ import annotations

from meshc.findings import Edit, Fix, Severity
from meshc.mesh.reading import WIDTHS, intended, untabbed
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "indent with spaces"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
\towner: team-a
# here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
"""),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Write blanks for every tab that indents, if every width of a tab means the same."""
    file = finding.primary.file
    old = sources.text(file)
    if intended(old) is None:
        return None
    new = next(text for width in WIDTHS if (text := untabbed(old, width)) is not None)
    edits, at = [], 0
    for before, after in zip(*(text.splitlines(keepends=True) for text in (old, new)), strict=True):
        cut = len(before) - len(before.lstrip(b" \t"))
        blanks = after[: len(after) - (len(before) - cut)]
        if before[:cut] != blanks:
            edits.append(Edit(file, at, at + cut, blanks.decode()))
        at += len(before)
    return Fix("write blanks for tabs", tuple(edits), safe=True)
