"""A new rule file with everything in it; it fails its own example until it is filled in."""

from __future__ import annotations

import re
from typing import Final

from meshc.rules.index import RULES
from meshc.rules.pages import GROUPS, HERE

NAME: Final = re.compile(r"(MC(?P<group>[0-9])[0-9]{2})-(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)")
TEXT: Final = '''\
"""What is wrong, in one sentence.

Why it matters:
What happens to whoever leaves it so.

What to do:
The decision that is needed.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import Found, fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from meshc._native import Mesh
    from meshc.rules.rule import Sees

SEVERITY: Final = Severity.WARNING
FOUND_BY: Final = "rule"
SEES: Final[Sees] = "row"
HELP: Final = "the decision that is needed, in one line"
EXAMPLES: Final = (
    fails("""\\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
#                ^^^^ here
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""),
    passes("""\\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  owner: storefront
"""),
)


def check(mesh: Mesh) -> Iterator[Found]:
    """Find what the first sentence says; ask the table for it and loop over that."""
    services = mesh.table("services")
    for row in services.matching(name="what is wrong"):
        yield Found("what is wrong, in one line", *services.place(row))
'''


def scaffold(word: str) -> str:
    """Write the file of a rule such as `MC614-no-jitter` and give its path.

    The group is the one of the code's first digit. Raises `ValueError` for a word of another form
    and for a code that is taken.
    """
    found = NAME.fullmatch(word)
    if found is None:
        raise ValueError(f"`{word}` is no rule: write a code and a name, as in `MC614-no-jitter`")
    code = found[1]
    if code in RULES:
        raise ValueError(f"{code} is taken: {RULES[code].name}")
    taken = next((one for one, rule in RULES.items() if rule.name == found["name"]), None)
    if taken is not None:
        raise ValueError(f"`{found['name']}` is the name of {taken}")
    folder = HERE / GROUPS[int(found["group"])]
    path = folder / f"{code.lower()}_{found['name'].replace('-', '_')}.py"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)
