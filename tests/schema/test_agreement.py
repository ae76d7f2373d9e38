"""The native checker and the models accept the same documents; other readers take them too."""

from __future__ import annotations

import json
import os
from random import Random
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from meshc.schema.kinds import KINDS
from schema.mutation import mutant, parse
from schema.native_check import ROOT, content, later, mistakes, model_accepts, native

COUNT = int(os.environ.get("MESHC_MUTANTS", "20000"))
JUDGED = 1_000
"""Accepted documents that `jsonschema` and a YAML 1.1 reader see too; they are slow."""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SEED = int(os.environ.get("MESHC_SEED", "20261121"))


def test_native_checker_agrees_with_the_models_on_mutated_documents() -> None:
    random = Random(SEED)  # noqa: S311 - seeded on purpose
    folder = ROOT / "compiler" / "meshc" / "schema" / "examples"
    sources = [parse(path.read_text()) for path in sorted(folder.glob("*.yaml"))]
    compared = accepted = 0
    apart = []
    taken: list[tuple[str, object]] = []
    while compared < COUNT:
        texts = [mutant(random, random.choice(sources)) for _ in range(COUNT // 4)]
        for text, answer in zip(texts, native(texts), strict=True):
            # What the reader refuses (a key twice, a raw NUL) reaches no checker.
            if answer["reading"] or len(answer["documents"]) != 1:
                continue
            [document] = answer["documents"]
            compared += 1
            ours = not mistakes(document["findings"])
            accepted += ours
            tree = content(document["tree"])
            if ours != model_accepts(tree) or (ours and not refused_alike(text, document, tree)):
                apart.append((text, document["findings"]))
            if ours and len(taken) < JUDGED:
                taken.append((text, tree))
    assert not apart, (
        f"{len(apart)} of {compared} differ, the shortest: {min(apart, key=shortness)}"
    )
    # A generator that only ever breaks documents, or never does, would prove nothing.
    assert compared * 0.1 < accepted < compared * 0.9
    assert len(taken) == JUDGED
    published_schemas_take([tree for _, tree in taken])
    for text, tree in taken:
        assert yaml.load(text, LOADER) == tree  # noqa: S506 - a safe loader, the fast one if built


def refused_alike(text: str, document: dict[str, Any], tree: object) -> bool:
    """Whether the native checker refuses for now what the table of capabilities says."""
    pointed = [text.encode()[one["start"] : one["end"]] for one in document["findings"]]
    return sorted(one.decode().strip("\"'") for one in pointed) == later(tree)


def published_schemas_take(documents: list[object]) -> None:
    """Fail if what an editor checks with `schemas/` refuses what we accept."""
    schemas = {kind: json.loads((ROOT / "schemas" / f"{kind}.json").read_text()) for kind in KINDS}
    judges = {kind: Draft202012Validator(schema) for kind, schema in schemas.items()}
    for document in documents:
        assert isinstance(document, dict)
        errors = [error.message for error in judges[document["kind"]].iter_errors(document)]
        assert not errors, (document, errors)


def test_published_schemas_are_schemas_and_refuse() -> None:
    for path in sorted((ROOT / "schemas").glob("*.json")):
        schema = json.loads(path.read_text())
        Draft202012Validator.check_schema(schema)
        assert not Draft202012Validator(schema).is_valid({"kind": path.stem})


def shortness(case: tuple[str, object]) -> int:
    return len(case[0])
