"""The native checker and the models accept the same documents."""

from __future__ import annotations

import os
from random import Random

from schema.mutation import mutant, parse
from schema.native_check import ROOT, content, model_accepts, native

COUNT = 20_000
SEED = int(os.environ.get("MESHC_SEED", "20261121"))


def test_native_checker_agrees_with_the_models_on_mutated_documents() -> None:
    random = Random(SEED)  # noqa: S311 - seeded on purpose
    folder = ROOT / "compiler" / "meshc" / "schema" / "examples"
    sources = [parse(path.read_text()) for path in sorted(folder.glob("*.yaml"))]
    compared = accepted = 0
    apart = []
    while compared < COUNT:
        texts = [mutant(random, random.choice(sources)) for _ in range(COUNT // 4)]
        for text, answer in zip(texts, native(texts), strict=True):
            # What the reader refuses (a key twice, a raw NUL) reaches no checker.
            if answer["reading"] or len(answer["documents"]) != 1:
                continue
            [document] = answer["documents"]
            compared += 1
            ours = not document["findings"]
            accepted += ours
            if ours != model_accepts(content(document["tree"])):
                apart.append((text, document["findings"]))
    assert not apart, (
        f"{len(apart)} of {compared} differ, the shortest: {min(apart, key=shortness)}"
    )
    # A generator that only ever breaks documents, or never does, would prove nothing.
    assert compared * 0.1 < accepted < compared * 0.9


def shortness(case: tuple[str, object]) -> int:
    return len(case[0])
