"""A mapping uses the merge key `<<`.

Why it matters:
It belongs to YAML 1.1 only. Readers disagree whether it merges or is a key like any other, so two
tools would enforce two policies.

What to do:
Write the fields out, or move what repeats into the defaults of the Mesh.
"""

from __future__ import annotations

from meshc.findings import Edit, Fix, Severity
from meshc.mesh.editing import quoted
from meshc.mesh.reading import MERGE
from meshc.rules.rule import fails, fixed, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc._native import Node
    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "reader"
HELP: Final = "write the merged fields out"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
  <<: {owner: team-b, requests: {timeout: 5s}}
# ^^ here
"""),
    fixed("""\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-a
  requests: {timeout: 5s}
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
    """Write the merged fields out, without those that stand there already."""
    from meshc._native import Document

    place, text = finding.primary, sources.text(finding.primary.file)
    merges = [start for code, start, _ in sources.document(place.file).findings if code == MERGE]
    for start in reversed(merges):
        # In quotes it is a name like any other, which the reader does not refuse.
        text = text[:start] + b'"<<"' + text[start + 2 :]
    shift = 2 * sum(start < place.start for start in merges)
    around = Document(text).at(place.start + shift)
    mapping = around[-2] if len(around) > 1 else None
    entries = mapping.entries() if mapping else []
    brought = next((value for key, value in entries if key.start == place.start + shift), None)
    if mapping is None or brought is None:
        return None
    own = {key.value for key, _ in entries}
    fields: dict[str, str] = {}
    for source in brought.items() if brought.kind == "sequence" else [brought]:
        for key, value in source.entries():
            if key.value not in own and key.value is not None:
                fields.setdefault(key.value, f"{flow(key, text)}: {flow(value, text)}")
    end = brought.end - shift - 2 * sum(place.start <= one < brought.end for one in merges)
    return written_out(finding, sources, end, (mapping, list(fields.values())))


def written_out(
    finding: Finding, sources: Sources, end: int, fields: tuple[Node, list[str]]
) -> Fix | None:
    """Give the fix that writes fields over a merge that ends at a byte."""
    place, content = finding.primary, sources.text(finding.primary.file)
    mapping, lines = fields
    message = "write the merged fields out"
    if mapping.style == "flow":
        text = ", ".join(lines)
        return (
            Fix(message, (Edit(place.file, place.start, end, text),), safe=True) if text else None
        )
    begin = content.rfind(b"\n", 0, place.start) + 1
    if not lines:
        stop = content.find(b"\n", end - 1) + 1 or len(content)
        alone = not content[begin : place.start].strip() and not content[end:stop].strip()
        return Fix(message, (Edit(place.file, begin, stop, ""),), safe=True) if alone else None
    indent = " " * (place.start - begin)
    text = f"\n{indent}".join(lines)
    return Fix(message, (Edit(place.file, place.start, end, text),), safe=True)


def flow(node: Node, text: bytes) -> str:
    """Write a node on one line, in brackets if it is a collection."""
    if node.kind == "mapping":
        inner = (f"{flow(key, text)}: {flow(value, text)}" for key, value in node.entries())
        return f"{{{', '.join(inner)}}}"
    if node.kind == "sequence":
        return f"[{', '.join(flow(item, text) for item in node.items())}]"
    raw = text[node.start : node.end].decode()
    verbatim = node.style in {"plain", "single", "double"} and "\n" not in raw
    special = node.style == "plain" and any(mark in raw for mark in ",[]{}")
    return raw if verbatim and not special else quoted(node.value or "")
