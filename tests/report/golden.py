"""One golden case: findings written down in `case.toml`, and what each format says of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meshc.findings import Edit, Finding, Fix, Related, Severity, Suppressed, ordered
from meshc.mesh.fingerprints import fingerprint
from meshc.mesh.sources import Sources as Listed
from meshc.report.run import Run
from meshc.spans import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from meshc.spans import Place

ESCAPE = "\N{SYMBOL FOR ESCAPE}"
"""Stands for ESC in wanted texts, so that a reader of the file sees it."""


@dataclass(frozen=True)
class Sources:
    """The files of a case."""

    contents: dict[str, bytes]
    texts: Texts

    def place(self, at: list[Any]) -> Place:
        """Find `[file, text]`, its n-th time `[file, text, n]`, a range `[file, from, to]`.

        An empty text is the file's end.
        """
        file, text, *rest = at
        content = self.contents.get(file, b"")
        start = -1
        for _ in range(rest[0] if rest and isinstance(rest[0], int) else 1):
            start = content.index(text.encode(), start + 1) if text else len(content)
        end = start + len(text.encode())
        if rest and isinstance(rest[0], str):
            end = content.index(rest[0].encode(), start) + len(rest[0].encode())
        return self.texts.text(file).place(start, end)


def read(folder: Path) -> Run:
    """Read a case."""
    content = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    contents = {name: text.encode() for name, text in content.get("files", {}).items()}
    for path in sorted((folder / "input").rglob("*")) if (folder / "input").is_dir() else []:
        if path.is_file():
            contents[path.relative_to(folder / "input").as_posix()] = path.read_bytes()
    texts, listed = Texts(contents.items()), Listed(contents.items())
    sources = Sources(contents, texts)
    found = content.get("finding", [])
    repeat = content.get("repeat", 1)
    return Run(
        ordered(finding(one, sources) for one in found if "reason" not in one) * repeat,
        texts,
        lambda one: fingerprint(one, listed),
        suppressed=tuple(
            Suppressed(
                finding(one, sources),
                one["reason"],
                one["by"],
            )
            for one in found
            if "reason" in one
        ),
        prefix=content.get("prefix", ""),
        threshold=Severity(content.get("threshold", "error")),
        colour=content.get("colour", False),
        limit=content.get("limit", 0),
    )


def finding(one: dict[str, Any], sources: Sources) -> Finding:
    """Read a finding."""
    return Finding(
        code=one["code"],
        name=one["name"],
        severity=Severity(one.get("severity", "error")),
        message=one["message"],
        primary=sources.place(one["at"]),
        related=places(one.get("related", []), sources),
        help=one.get("help"),
        hint=one.get("hint"),
        flow=places(one.get("flow", []), sources),
        fixes=tuple(fix(each, sources) for each in one.get("fixes", [])),
    )


def places(listed: list[dict[str, Any]], sources: Sources) -> tuple[Related, ...]:
    """Read other places."""
    return tuple(Related(sources.place(one["at"]), one["message"]) for one in listed)


def fix(one: dict[str, Any], sources: Sources) -> Fix:
    """Read a fix; an edit with `before` inserts before its place."""
    edits = []
    for edit in one["edits"]:
        place = sources.place(edit["at"])
        end = place.start if edit.get("before") else place.end
        edits.append(Edit(place.file, place.start, end, edit["text"]))
    return Fix(one["message"], tuple(edits), one.get("safe", True))


def readable(text: str) -> str:
    """Give an output as it is kept."""
    return text.replace("\x1b", ESCAPE)
