"""A baseline lists what is solved already.

Why it matters:
What stays listed may come back without being noticed.

What to do:
Take the entry out: `meshc baseline prune` does, and so does the fix.
"""

# ruff: noqa: E501 - a baseline has a line a finding

from __future__ import annotations

import re

from meshc.findings import Edit, Fix, Severity
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.INFO
FOUND_BY: Final = "policy"
HELP: Final = "`meshc baseline prune` takes out what is solved"
SETTINGS: Final = ("meshc.toml", 'baseline = ".meshc/baseline.json"\n')
CART: Final = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
"""
FILE: Final = ".meshc/baseline.json"
SOLVED: Final = ("cart.yaml", f"{CART}  allow: [{{from: [anyone], operations: [rest]}}]\n")
OPEN: Final = ("cart.yaml", f"{CART}  allow: [{{from: [anyone]}}]\n")
EXAMPLES: Final = (
    fails(
        """\
{
"90729dae569d1c5bb5ceab26b4f0fa7ef11a5e1660e18e3d68ef0b50337f8390": {"code": "MC501", "object": "ServiceIntent shop/cart", "path": "spec/allow/0", "message": "a rule of `shop/cart` admits everybody to everything", "count": 1},
# here
"version": 1
}
""",
        file=FILE,
        beside=(SETTINGS, SOLVED),
    ),
    fixed(
        """\
{
"version": 1
}
""",
        file=FILE,
        beside=(SETTINGS, SOLVED),
    ),
    passes(
        """\
{
"90729dae569d1c5bb5ceab26b4f0fa7ef11a5e1660e18e3d68ef0b50337f8390": {"code": "MC501", "object": "ServiceIntent shop/cart", "path": "spec/allow/0", "message": "a rule of `shop/cart` admits everybody to everything", "count": 1},
"version": 1
}
""",
        file=FILE,
        beside=(SETTINGS, OPEN),
    ),
)


def fix(finding: Finding, sources: Sources) -> Fix | None:
    """Take the entry out of the file, or lower its count to what is left."""
    place = finding.primary
    text = sources.text(place.file)
    if left := re.search(r": (\d+) of (\d+) are solved\Z", finding.message):
        line = text[place.start : place.end]
        at = line.rfind(b'"count": ')
        start = place.start + at + len(b'"count": ')
        count = str(int(left[2]) - int(left[1]))
        edit = Edit(place.file, start, start + len(left[2]), count)
        return Fix(f"count {count}", (edit,), safe=True) if at >= 0 else None
    end = min(place.end + 1, len(text))
    return Fix("take it out", (Edit(place.file, place.start, end, ""),), safe=True)
