"""A file has no code owner, in a repository that names some.

Why it matters:
Whoever changes it needs nobody's approval: the platform asks owners of the paths that `CODEOWNERS`
names, and nobody for the others. For intents that is who may call whom.

What to do:
Give its folder an owner in `CODEOWNERS`. The last rule that matches counts, and one without owners
takes the owners away. A folder is said once, with the first of its files. Where no `CODEOWNERS`
stands in the root, `.github`, `docs` or `.gitlab`, nothing is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meshc.findings import Severity
from meshc.repo.owners import Rule, holding
from meshc.rules.rule import Found, fails, passes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "owners"
HELP: Final = "give its folder an owner there"
INTENT: Final = """\
apiVersion: meshc.dev/v1
# here
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec: {}
"""
EXAMPLES: Final = (
    fails(
        INTENT,
        file="shop/cart.yaml",
        beside=((".github/CODEOWNERS", "/platform/ @org/platform\nmesh.yaml @org/platform\n"),),
    ),
    fails(
        INTENT,
        file="shop/cart.yaml",
        beside=(("CODEOWNERS", "* @org/platform\nshop/cart.yaml  # anybody\n"),),
    ),
    passes(
        INTENT.replace("# here\n", ""),
        file="shop/cart.yaml",
        beside=(("CODEOWNERS", "* @org/platform\n/shop/ @org/shop\n"),),
    ),
    passes(INTENT.replace("# here\n", ""), file="shop/cart.yaml"),
)


def check(files: Sequence[tuple[str, bytes]]) -> Iterator[Found]:
    """Find folders with files that nobody owns."""
    known = holding(files)
    if known is None:
        return
    lacking: dict[tuple[str, Rule | None], list[tuple[str, bytes]]] = {}
    for file in files:
        path = file[0]
        if path.endswith((".yaml", ".yml")):
            nobody, rule = known.lacking(path)
            if nobody:
                lacking.setdefault((path.rpartition("/")[0], rule), []).append(file)
    for (folder, rule), found in lacking.items():
        path, content = found[0]
        others = len(found) - 1
        more = (
            f", nor {others:,} more of {f'`{folder}`' if folder else 'the root'}" if others else ""
        )
        start, end = first_line(content)
        related = [(known.file, rule.start, rule.end, "this names no owner")] if rule else []
        message = f"`{path}` has no owner in `{known.file}`{more}"
        yield Found(message, path, start, end, related=related)


def first_line(content: bytes) -> tuple[int, int]:
    """Give the bytes of the first line that is neither blank nor a comment; of none the first."""
    at = 0
    for line in content.splitlines(keepends=True):
        text = line.strip()
        if text and not text.startswith((b"#", b"---")):
            return at, at + len(line.rstrip())
        at += len(line)
    return 0, len(content.partition(b"\n")[0])
