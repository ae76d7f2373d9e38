"""A file is not in the layout that `meshc fmt` writes.

Why it matters:
One layout for all makes a change readable: what moved is what changed. This rule runs only where
`select` or `extend-select` names it by its whole code, as it lays out every file to compare.

What to do:
Run `meshc fmt`, or let `--fix` do it for the files that differ.
"""

from __future__ import annotations

from functools import cache
from itertools import takewhile

from meshc.findings import Edit, Fix, Severity
from meshc.mesh import order
from meshc.rules.rule import Found, fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from meshc._native import Formatter
    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.INFO
FOUND_BY: Final = "text"
HELP: Final = "run `meshc fmt`"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {namespace: shop, name: cart}
# here
spec:
    owner: team-a
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


def check(files: Sequence[tuple[str, bytes]]) -> Iterator[Found]:
    """Find files whose layout is another one; what cannot be read has other findings."""
    layout = formatter()
    contents = dict(files)
    yaml = [file for file in files if file[0].endswith((".yaml", ".yml"))]
    for path in layout.differing(yaml):
        edit = difference(path, contents[path], layout.format(contents[path])[0])
        end = contents[path].find(b"\n", edit.start)
        end = len(contents[path]) if end < 0 else end
        yield Found("from here on `meshc fmt` writes something else", path, edit.start, end)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Lay the whole file out; trees and comments stay."""
    file = finding.primary.file
    old = sources.text(file)
    new, left = formatter().format(old)
    if left is not None or new == old:
        return None
    return Fix("lay out the file", (difference(file, old, new),), safe=True)


@cache
def formatter() -> Formatter:
    """Read the table of orders once; only where the rule was asked for."""
    from meshc._native import Formatter

    return Formatter(order.table())


def difference(file: str, old: bytes, new: bytes) -> Edit:
    """Give the edit of whole lines that makes one text of another."""
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    head = sum(1 for _ in takewhile(same, zip(before, after, strict=False)))
    room = min(len(before), len(after)) - head
    ends = zip(reversed(before[head:]), reversed(after[head:]), strict=False)
    tail = min(room, sum(1 for _ in takewhile(same, ends)))
    start = sum(map(len, before[:head]))
    end = start + sum(map(len, before[head : len(before) - tail]))
    text = b"".join(after[head : len(after) - tail]).decode()
    return Edit(file, start, end, text.replace("\r\n", "\n"))


def same(pair: tuple[bytes, bytes]) -> bool:
    """Tell whether two lines are one."""
    return pair[0] == pair[1]
