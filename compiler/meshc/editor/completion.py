"""What may be written at a place of an unfinished text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshc.editor import language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc._native import Mesh, Node
    from meshc.editor.workspace import Workspace

WORD: Final = re.compile(rb"[A-Za-z0-9_./*-]*\Z")
REST: Final = re.compile(rb"[A-Za-z0-9_./*-]*")
HERE: Final = "meshc-completes-here"
"""Stands for the unfinished word, so that the one reader says where in the document it is."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal."""

    text: str
    sort: str
    """field, value, workload, operation, version, port, issuer, team or word."""
    detail: str = ""
    documentation: str = ""
    insert: str = ""
    """What is written instead of `text` where that is more, such as a key with its colon."""


@dataclass(frozen=True, slots=True)
class Completions:
    """Proposals for the bytes of an unfinished word."""

    start: int
    end: int
    items: tuple[Completion, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a document something is written."""

    kind: str
    own: str
    """`namespace/name` of the document's object, or its bare name."""
    path: tuple[str, ...]
    key: bool
    """A key is written; otherwise a value."""
    root: Node
    """The document."""


def complete(workspace: Workspace, file: str, byte: int) -> Completions:
    """Give what may stand at a byte of a file; the text need not be finished."""
    text = workspace.text(file)
    before = WORD.search(text[:byte])
    start = before.start() if before else byte
    after = REST.match(text[byte:])
    end = byte + (after.end() if after else 0)
    word = text[start:byte].decode("ascii", "replace")
    found: dict[str, Completion] = {}
    for spot in spots(text, start, end):
        for one in fields(spot) if spot.key else values(workspace.mesh, spot, word):
            found.setdefault(one.text, one)
    return Completions(start, end, tuple(found.values()))


def spots(text: bytes, start: int, end: int) -> Iterator[Spot]:
    """Read the text with a word in place of the unfinished one: as value, and as key."""
    from meshc._native import Document  # loaded with the first question

    for word in (HERE, f"{HERE}: 0"):
        document = Document(text[:start] + word.encode() + text[end:])
        nodes = document.at(start)
        if not nodes or nodes[-1].value != HERE:
            continue
        kind, own, *path = document.path(start)
        key = path[-1:] == [HERE]
        yield Spot(kind, own, tuple(path[:-1] if key else path), key, nodes[0])


def fields(spot: Spot) -> Iterator[Completion]:
    """Give the keys that a mapping may have."""
    for field in language.fields(spot.kind, spot.path):
        if field.refused is None:
            detail = f"{field.shape}{', required' if field.required else ''}"
            yield Completion(
                field.name, "field", detail, field.description, insert=f"{field.name}: "
            )


def values(mesh: Mesh | None, spot: Spot, word: str) -> Iterator[Completion]:
    """Give the words and names that a value may be."""
    for one in language.values(spot.kind, spot.path):
        yield Completion(one, "value")
    if mesh is None:
        return
    formats = language.formats(spot.kind, spot.path)
    if formats & {"reference", "caller", "sender"}:
        yield from references(mesh, spot, word, operations="reference" in formats)
    if "caller" in formats:
        yield Completion("anyone", "word", "any verified identity that an intent declares")
    if formats & {"caller", "sender"}:
        yield Completion("anonymous", "word", "no verified identity")
    yield from own_names(mesh, spot)


def references(mesh: Mesh, spot: Spot, word: str, *, operations: bool) -> Iterator[Completion]:
    """Give services and gateways, the own namespace's by bare name; behind a dot, operations."""
    namespace = spot.own.partition("/")[0] if "/" in spot.own else ""
    if "." in word and operations:
        name = word.partition(".")[0]
        full = name if "/" in name else f"{namespace}/{name}"
        for operation in named(mesh, "operations", full):
            yield Completion(f"{name}.{operation}", "operation", full)
        return
    services = mesh.table("services")
    for service in map(str, services.column("service")):
        where, _, name = service.partition("/")
        if service != spot.own:
            own = where == namespace
            yield Completion(name if own else service, "workload", service)


def own_names(mesh: Mesh, spot: Spot) -> Iterator[Completion]:
    """Give the names that the object itself declares, and the teams there are."""
    keys = [one for one in spot.path if not one.isdigit()]
    last = keys[-1] if keys else ""
    spec = spot.root.get("spec")
    if last == "version":
        yield from (Completion(one, "version") for one in declared(spec, "versions"))
    elif last == "port":
        yield from (Completion(one, "port") for one in declared(spec, "ports"))
    elif len(spot.path) > 1 and spot.path[-2] == "operations":
        yield from (Completion(one, "operation") for one in declared(spec, "operations"))
        yield Completion("rest", "word", "what no operation matches")
    elif last == "owner":
        owners = {str(one) for one in mesh.table("services").column("owner") if one}
        yield from (Completion(one, "team") for one in sorted(owners))


def declared(spec: Node | None, field: str) -> list[str]:
    """Give the names in a field of the spec: keys of a mapping, or names of a list's items."""
    found = spec.get(field) if spec else None
    if found is None:
        return []
    items = (item.get("name") for item in found.items())
    return [
        *(str(key.value) for key, _ in found.entries()),
        *(name.value for name in items if name is not None and name.value is not None),
    ]


def named(mesh: Mesh, table: str, service: str) -> list[str]:
    """Give the names of a service's rows."""
    rows = mesh.table(table)
    names = rows.column("name")
    return [str(names[row]) for row in rows.matching(service=service)]
