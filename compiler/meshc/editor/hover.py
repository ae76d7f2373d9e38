"""What is said of the thing under the pointer, as Markdown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshc.editor import language, navigation

if TYPE_CHECKING:
    from meshc._native import Mesh
    from meshc.editor.navigation import Name
    from meshc.editor.workspace import Workspace

SHOWN: Final = 12
"""Names listed before `and N more`."""


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown, and the bytes it speaks of."""

    text: str
    start: int
    end: int


def hover(workspace: Workspace, file: str, byte: int) -> Hover | None:
    """Say what stands at a byte: a name and who uses it, or a field and what it means."""
    name = navigation.name_at(workspace, file, byte)
    if name is not None and workspace.mesh is not None:
        text = {"workload": workload, "operation": operation}.get(name.sort)
        if text is not None and (found := text(workspace.mesh, name)):
            return Hover(found, name.start, name.end)
    return field(workspace, file, byte)


def workload(mesh: Mesh, name: Name) -> str:
    """Describe a service or gateway: who calls it, whom it calls, what holds for it."""
    services = mesh.table("services")
    rows = services.matching(service=name.full)
    if not rows:
        return ""
    row = rows[0]
    sort = "gateway" if services.column("gateway")[row] else "service"
    owner = services.column("owner")[row]
    graph = mesh.graph()
    lines = [
        f"**{name.full}** ({sort}{f', owner {owner}' if owner else ''})",
        f"`{services.column('identity')[row]}`",
        counted("called by", graph.callers(name.full)),
        counted("calls", graph.callees(name.full)),
    ]
    return "\n\n".join([*lines, values(mesh, name.full)])


def counted(claim: str, names: list[str]) -> str:
    """List some names."""
    if not names:
        return f"{claim} nobody"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{claim} {len(names)}: {', '.join(names[:SHOWN])}{more}"


def values(mesh: Mesh, full: str, operation: str = "") -> str:
    """Write the effective values of a workload, or of one of its operations, and their origin."""
    table = mesh.table("values")
    fields, held, defaults = (table.column(one) for one in ("field", "value", "default"))
    rows = ["| field | value | from |", "|---|---|---|"]
    for row in table.matching(service=full):
        field = str(fields[row])
        if field.startswith(f"operations.{operation}.") if operation else "operations" not in field:
            path, line, *_ = mesh.place("values", row)
            where = f"{path}:{line}" if defaults[row] is None else "default"
            rows.append(f"| {field} | `{held[row]}` | {where} |")
    return "\n".join(rows) if len(rows) > len(("head", "rule")) else ""


def operation(mesh: Mesh, name: Name) -> str:
    """Describe an operation: who declares a call of it, who is admitted, what holds."""
    full, _, own = name.full.partition(".")
    calls = mesh.table("calls")
    callers = calls.column("caller")
    rows = calls.matching(callee=full, operation__in=[own, None])
    by = sorted({str(callers[row]) for row in rows})
    allow = mesh.table("allow")
    names, admitted, operations = (allow.column(one) for one in ("rule", "callers", "operations"))
    rules = [
        f"- `{names[row]}` admits {admitted[row] or 'nobody'}"
        for row in allow.matching(service=full)
        if operations[row] is None or own in str(operations[row]).split()
    ]
    lines = [f"**{own}** of {full}", counted("called by", by), "\n".join(rules)]
    return "\n\n".join([*filter(None, lines), values(mesh, full, own)])


def field(workspace: Workspace, file: str, byte: int) -> Hover | None:
    """Describe the field whose key stands at a byte."""
    from meshc._native import Document  # loaded with the first question

    document = Document(workspace.text(file))
    nodes = document.at(byte)
    words = document.path(byte)
    if not nodes or len(words) < len(("kind", "object", "key")) or nodes[-1].value != words[-1]:
        return None
    kind, _, *path = words
    found = next((one for one in language.fields(kind, path[:-1]) if one.name == path[-1]), None)
    if found is None:
        return None
    parts = [f"**{found.name}** ({found.shape}{', required' if found.required else ''})"]
    parts += [found.description, f"Not yet enforceable: {found.refused}" if found.refused else ""]
    parts += [f"For example `{json.dumps(found.examples[0])}`"] if found.examples else []
    return Hover("\n\n".join(filter(None, parts)), nodes[-1].start, nodes[-1].end)
