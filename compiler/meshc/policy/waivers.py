"""`Waiver` documents: each hides one finding for one object until its day.

The checker holds their form; a document that is not a whole Waiver hides nothing.
"""

from __future__ import annotations

from meshc.names import CODE
from meshc.policy.selection import meant, suppressible
from meshc.policy.suppressions import Span, is_day, unsuppressible
from meshc.record import dataclass
from meshc.rules.index import RULES
from meshc.rules.rule import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

    from meshc._native import Node
    from meshc.mesh.sources import Sources

KIND: Final = "Waiver"
GUARDRAIL_LEFT: Final = "only what its guardrail requires is still not asked for"
"""What a Waiver of a guardrail does after its end: denies begin by themselves."""
MESH_WIDE: Final = frozenset({"Environment", "Mesh", "TokenIssuer"})
"""Kinds whose objects belong to no namespace."""


@dataclass(frozen=True, slots=True)
class Object:
    """An object of the mesh; no namespace where its kind has none."""

    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """One Waiver of a finding or a guardrail; the linker heeds the latter."""

    file: str
    name: str
    code: str
    """The rule whose finding is hidden; empty where it suspends a guardrail."""
    code_span: Span
    object: Object
    object_span: Span
    reason: str
    until: str
    until_span: Span

    def ended(self, at: str | None) -> bool:
        """Tell whether it has ended on a day; nothing ends without a day."""
        return at is not None and self.until <= at


class Objects:
    """Says to which object a place belongs."""

    __slots__ = ("_folders", "_sources")

    def __init__(self, sources: Sources, folders: Sequence[tuple[str, str]]) -> None:
        """Take the files and the namespaces of their folders."""
        self._sources = sources
        self._folders = folders

    def at(self, file: str, byte: int) -> Object | None:
        """Give the object at a byte; nothing where there is none."""
        path = self._sources.document(file).path(byte)
        if not path or not path[0]:
            return None
        namespace, slash, name = path[1].rpartition("/")
        return self.named(file, path[0], namespace if slash else None, name)

    def named(self, file: str, kind: str, namespace: str | None, name: str) -> Object:
        """Give the object that a document in a file means."""
        if kind in MESH_WIDE:
            return Object(kind, "", name)
        from meshc._native import namespace_of

        found = namespace or namespace_of(file, self._folders) or ""
        return Object(kind, found, name)


def read(paths: Iterable[str], sources: Sources, objects: Objects) -> list[Waiver]:
    """Read the Waivers of findings in some files, in order."""
    found = []
    for path in paths:
        document = sources.document(path)
        for index in range(len(document)):
            root = document.root(index)
            kind = root.get("kind")
            made = waiver(path, root, objects) if kind and kind.value == KIND else None
            if made:
                found.append(made)
    return found


def waiver(file: str, root: Node, objects: Objects) -> Waiver | None:
    """Read one document; nothing where a part is missing, which the checker has said."""
    spec, metadata = root.get("spec"), root.get("metadata")
    target = spec.get("object") if spec else None
    if spec is None or metadata is None or target is None:
        return None
    code, until = spec.get("finding") or spec.get("guardrail"), spec.get("until")
    reason, name = text(spec, "reason"), text(metadata, "name")
    kind, object_name = text(target, "kind"), text(target, "name")
    parts = (reason, name, kind, object_name, text(spec, "owner"))
    if code is None or until is None or not all(parts):
        return None
    if not code.value or not is_day(until.value or ""):
        return None
    namespace = text(target, "namespace") or text(metadata, "namespace") or None
    return Waiver(
        file,
        name,
        code.value if spec.get("finding") else "",
        Span(code.start, code.end),
        objects.named(file, kind, namespace, object_name),
        Span(target.start, target.end),
        reason,
        until.value or "",
        Span(until.start, until.end),
    )


def text(node: Node, key: str) -> str:
    """Give a scalar below a mapping; empty where there is none."""
    found = node.get(key)
    return (found.value if found else None) or ""


def hygiene(
    waivers: Iterable[Waiver], found: Iterable[tuple[str, Object | None]], at: str | None
) -> Iterator[tuple[str, Found]]:
    """Find Waivers that hide nothing (MC910), and those that have ended (MC912).

    `found` gives code and object of everything that was found.
    """
    known = set(found)
    for one in waivers:
        if not one.code or (one.code, one.object) in known:
            left = "what it hid is still there" if one.code else GUARDRAIL_LEFT
            if one.ended(at):
                message = f"Waiver `{one.name}` ended on {one.until}, and {left}"
                yield "MC912", hit(one, one.until_span, message)
        elif one.code in RULES and suppressible(one.code):
            message = f"Waiver `{one.name}` hides nothing: `{one.code}` does not find its object"
            yield "MC910", hit(one, one.object_span, message)


def wrong(waivers: Iterable[Waiver]) -> Iterator[tuple[str, Found]]:
    """Find Waivers of rules that are none, and of findings that cannot be hidden."""
    for one in (each for each in waivers if each.code):
        if not CODE.match(one.code):
            continue  # The checker says that it is no code.
        if one.code not in RULES:
            message = f"`{one.code}` is no rule, so nothing is hidden"
            yield "MC910", hit(one, one.code_span, message, meant(one.code))
        elif not suppressible(one.code):
            said = unsuppressible(one.code)
            yield "MC910", hit(one, one.code_span, said, "mend what the rule finds")


def hit(one: Waiver, span: Span, message: str, help: str | None = None) -> Found:  # noqa: A002 - what a finding calls it
    """Make a hit at a part of a Waiver."""
    return Found(message, one.file, span.start, span.end, help)
