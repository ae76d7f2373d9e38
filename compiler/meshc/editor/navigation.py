"""Where a name is declared, who refers to it, and what renaming it would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc.findings import Edit
from meshc.names import LABEL

if TYPE_CHECKING:
    from meshc.editor.workspace import Workspace


class NotRenamed(Exception):
    """A name cannot be given; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text: what it stands for, and its bytes."""

    sort: str
    """workload, operation, port, version, issuer or team."""
    full: str
    """Such as `shop/cart` or `shop/cart.read`."""
    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """One place of a name."""

    file: str
    start: int
    end: int
    declares: bool


def name_at(workspace: Workspace, file: str, byte: int) -> Name | None:
    """Give the name at a byte of a file; nothing where none stands."""
    mesh = workspace.mesh
    found = mesh.mention_at(file, byte) if mesh else None
    if found is None:
        return None
    sort, full, start, end, _ = found
    return Name(sort, full, file, start, end)


def mentions(workspace: Workspace, name: Name) -> list[Mention]:
    """Give every place of a name, by file and place."""
    mesh = workspace.mesh
    return [Mention(*one) for one in mesh.mentions_of(name.sort, name.full)] if mesh else []


def definitions(workspace: Workspace, name: Name) -> list[Mention]:
    """Give where it is declared; more than one place only where that is a mistake."""
    return [one for one in mentions(workspace, name) if one.declares]


def renamed(workspace: Workspace, name: Name, new: str) -> list[Edit]:
    """Give the edits that call a service or gateway by another name, in all files.

    Its identity follows the name unless `identity` says otherwise, as everywhere. Raises
    `NotRenamed` for another sort of name, for one that is no DNS label, and where the mesh would
    have an error that it has not now.
    """
    if name.sort != "workload":
        raise NotRenamed(f"a name of sort {name.sort} is not renamed; services and gateways are")
    if not LABEL.match(new):
        raise NotRenamed(f"`{new}` is no DNS label")
    found = mentions(workspace, name)
    if not any(one.declares for one in found):
        raise NotRenamed(f"`{name.full}` is declared nowhere")
    edits = [Edit(one.file, one.start, one.end, new) for one in found]
    if errors := workspace.errors_after(edits):
        raise NotRenamed(f"the mesh would not compile: {errors[0].code} {errors[0].message}")
    return edits
