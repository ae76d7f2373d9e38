"""What fix functions share: from a finding to the text it is about, from nodes to edits."""

from __future__ import annotations

from meshc.findings import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc._native import Node
    from meshc.findings import Finding
    from meshc.mesh.sources import Sources
    from meshc.spans import Place

ONE_NAME: Final = "did you mean `"
"""How a hint begins that suggests one name; it ends behind the name, or goes on."""


def suggestion(finding: Finding) -> str | None:
    """Give the name that a finding suggests; nothing if there are several to choose from."""
    hint = finding.hint or ""
    name, end, _ = hint.removeprefix(ONE_NAME).partition("`?")
    alone = hint.startswith(ONE_NAME) and end and "`" not in name
    return name if name and alone else None


def between(text: str | None, before: str, behind: str) -> str | None:
    """Give what stands between two texts; nothing where they do not stand around it."""
    if text is None or not (text.startswith(before) and text.endswith(behind)):
        return None
    return text[len(before) : len(text) - len(behind)]


def names_in(message: str) -> list[str]:
    """Give what stands in backticks."""
    names, begin = [], message.find("`")
    while begin >= 0 and (end := message.find("`", begin + 1)) >= 0:
        if end == begin + 1:
            begin = end  # nothing is no name
            continue
        names.append(message[begin + 1 : end])
        begin = message.find("`", end + 1)
    return names


def written(place: Place, sources: Sources) -> str:
    """Give the source text of a place."""
    return sources.text(place.file)[place.start : place.end].decode("utf-8", "replace")


def node_at(place: Place, sources: Sources) -> Node | None:
    """Give the node or key that fills a place exactly."""
    around = sources.document(place.file).at(place.start)
    exact = (one for one in reversed(around) if (one.start, one.end) == (place.start, place.end))
    return next(exact, None)


def object_at(place: Place, sources: Sources) -> Node | None:
    """Give the document that a place is in."""
    around = sources.document(place.file).at(place.start)
    return around[0] if around else None


def field(node: Node | None, *keys: str) -> Node | None:
    """Give what is below some keys; nothing where one of them is missing."""
    for key in keys:
        node = node.get(key) if node else None
    return node


def reference(named: str, seen_from: str) -> str:
    """Write `namespace/name` as an object of the same or of another namespace refers to it."""
    namespace, _, name = named.partition("/")
    return name if seen_from.partition("/")[0] == namespace else named


def over(place: Place, text: str, message: str, *, safe: bool) -> Fix:
    """Give the fix that writes a text over a place."""
    return Fix(message, (Edit(place.file, place.start, place.end, text),), safe)


def replaced(place: Place, sources: Sources, word: str) -> Fix:
    """Give the unsafe fix that writes a word for another, in the quotes that are there."""
    old = written(place, sources)
    new = f"{old[0]}{word}{old[-1]}" if old[:1] in {"'", '"'} and old[-1:] == old[:1] else word
    return over(place, new, f"write `{word}`", safe=False)


def quoted(text: str) -> str:
    """Write a text in double quotes; YAML reads every escape of JSON (YAML 1.2, 1.3)."""
    import json  # few fixes write a text

    return json.dumps(text, ensure_ascii=False)


def item_added(file: str, sources: Sources, sequence: Node, texts: list[str]) -> Edit | None:
    """Give the edit that adds items to the end of a list, in the list's own style."""
    items = sequence.items()
    if sequence.style == "flow":
        at = items[-1].end if items else sequence.start + 1
        return Edit(file, at, at, ("" if not items else ", ") + ", ".join(texts))
    if sequence.style != "block":
        return None
    return lines_added(file, sources, sequence, [f"- {text}" for text in texts])


def field_added(file: str, sources: Sources, mapping: Node, text: str) -> Edit | None:
    """Give the edit that adds `key: value` to the end of a mapping, in the mapping's own style."""
    entries = mapping.entries()
    if mapping.style == "flow":
        at = max(entries[-1][0].end, entries[-1][1].end) if entries else mapping.start + 1
        return Edit(file, at, at, ", " * bool(entries) + text)
    return lines_added(file, sources, mapping, [text]) if mapping.style == "block" else None


def lines_added(file: str, sources: Sources, block: Node, lines: list[str]) -> Edit:
    """Give the edit that adds lines to a block collection, indented as its first one."""
    content = sources.text(file)
    start = content.rfind(b"\n", 0, block.start) + 1
    indent = " " * len(content[start : block.start].decode("utf-8", "replace"))
    last = block.start + len(content[block.start : block.end].rstrip())
    end = content.find(b"\n", last)
    end = len(content) if end < 0 else end - (content[end - 1 : end] == b"\r")
    return Edit(file, end, end, "".join(f"\n{indent}{line}" for line in lines))


def entry_removed(key: Place, sources: Sources) -> Edit | None:
    """Give the edit that removes the entry of a key; a comment behind it stays, on its line."""
    around = sources.document(key.file).at(key.start)
    mapping = around[-2] if len(around) > 1 else None
    entries = mapping.entries() if mapping else []
    at = next((n for n, (one, _) in enumerate(entries) if one.start == key.start), None)
    if mapping is None or at is None:
        return None
    start, end = entries[at][0].start, max(entries[at][0].end, entries[at][1].end)
    if mapping.style == "flow":
        if at + 1 < len(entries):
            return Edit(key.file, start, entries[at + 1][0].start, "")
        before = entries[at - 1] if at else None
        return Edit(key.file, max(before[0].end, before[1].end) if before else start, end, "")
    content = sources.text(key.file)
    line = content.rfind(b"\n", 0, start) + 1
    rest = content.find(b"\n", max(end - 1, start))
    rest = len(content) if rest < 0 else rest
    alone = not content[line:start].strip() and not content[end:rest].strip()
    if alone:
        return Edit(key.file, line, min(rest + 1, len(content)), "")
    return Edit(key.file, start, end, "")
