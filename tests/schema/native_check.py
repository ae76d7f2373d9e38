"""Runs the native checker over many documents, and gives its trees to the models."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from meshc.schema import capabilities
from meshc.schema.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]


class Doubt:
    """A scalar that YAML versions read differently: no model wants it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Doubt({self.text!r})"


def native(texts: Iterable[str]) -> list[dict[str, Any]]:
    """What `check_json` says of each file, in order."""
    cargo = shutil.which("cargo")
    assert cargo, "the checker's example program is built with cargo"
    command = [cargo, "run", "--quiet", "--package", "meshc-check", "--example", "check_json"]
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        [*command, "--", str(ROOT / "schemas" / "meshc.json")],
        input=lines.encode(),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def content(node: dict[str, Any]) -> object:
    """A native tree as Python values, typed as the native reader typed it."""
    [(what, value)] = node.items()
    if what == "map":
        return {Doubt(key) if doubt else key: content(inner) for key, doubt, inner in value}
    if what == "list":
        return [content(inner) for inner in value]
    if what == "doubt":
        return Doubt(value)
    if what == "int":
        return int(value)
    return None if what == "null" else value


def mistakes(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings without those on what the language knows and nothing carries out yet."""
    return [one for one in findings if one["code"] != "MC109"]


def later(content: object) -> list[str]:
    """What of a document that its model takes is refused for now: fields, values and its kind.

    This walks the models by the table of capabilities; the native checker reads the annotations of
    the generated schema.
    """
    kind = content["kind"] if isinstance(content, dict) else ""
    if kind in capabilities.KINDS:
        return [kind]
    return sorted(refused(KINDS[kind].model_validate(content)))


def refused(value: object) -> Iterator[str]:
    """Refused fields and values of a model, none inside another."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from refused(one)
    if not isinstance(value, BaseModel):
        return
    for name in value.model_fields_set & set(type(value).model_fields):
        field = type(value).model_fields[name].alias or name
        key, inner = (type(value).__name__, field), getattr(value, name)
        if key in capabilities.FIELDS:
            yield field
        elif isinstance(inner, str) and inner in capabilities.VALUES.get(key, {}):
            yield inner
        else:
            yield from refused(inner)


def model_accepts(document: object) -> bool:
    """Whether the model of the document's kind takes it."""
    kind = document.get("kind") if isinstance(document, dict) else None
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        return False
    try:
        model.model_validate(document)
    except ValidationError:
        return False
    return True
