"""One mistake anywhere in a full example is one finding, and it points at the mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from meshc.schema.generate import all_kinds
from schema.mutation import Node, Pairs, Word, copy, get, parse, places, put, write
from schema.native_check import ROOT, mistakes, native

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = sorted((ROOT / "compiler" / "meshc" / "schema" / "examples").glob("*.yaml"))
FIELDS = {name for one in all_kinds()["$defs"].values() for name in one.get("properties", {})}
FREE = {"reason", "version"}
"""Fields of one mapping that are names of people's choice elsewhere in the examples."""


def misspelt(parent: Pairs | list[Node], index: int) -> str | None:
    """Swap two letters of a field's name."""
    if isinstance(parent, list):
        return None
    key, value = parent.entries[index]
    if key.text != "address" and any(one.text == "address" for one, _ in parent.entries):
        return None  # a label of an instance, which people choose
    wrong = key.text[:-2] + key.text[-1] + key.text[-2]
    if key.text not in FIELDS - FREE or wrong == key.text or len(wrong) < 3:
        return None
    parent.entries[index] = (Word(wrong, quoted=False), value)
    return wrong


def emptied(parent: Pairs | list[Node], index: int) -> str | None:
    """Leave a value out."""
    put(parent, index, Word("~", quoted=False))
    return ""


def wrapped(parent: Pairs | list[Node], index: int) -> str | None:
    """Write a list where text or a number is wanted."""
    if not isinstance(get(parent, index), Word):
        return None
    put(parent, index, [Word("qqq", quoted=False)])
    return "[qqq]"


def flattened(parent: Pairs | list[Node], index: int) -> str | None:
    """Write text where a list or a mapping is wanted."""
    inside = get(parent, index)
    if isinstance(inside, Word) or is_caller(inside):
        return None
    put(parent, index, Word("qqq", quoted=False))
    return "qqq"


PCI = Pairs([(Word("data", quoted=False), Word("pci", quoted=False))])
"""What the example of `never` selects by."""


def is_caller(node: Node) -> bool:
    """Tell whether a mapping selects workloads: a text in its place is one workload too."""
    selecting = {"identity", "anything", "gateways", "labels", "namespace"}
    if not isinstance(node, Pairs) or len(node.entries) != 1:
        return False
    [(key, value)] = node.entries
    # `scope: {labels: …}` and `v1: {labels: …}` say the labels of something else.
    return key.text in selecting and (key.text != "labels" or value == PCI)


def added(parent: Pairs | list[Node], index: int) -> str | None:
    """Write a field that is nowhere known, or an entry without its content."""
    inside = get(parent, index)
    if not isinstance(inside, Pairs):
        return None
    inside.entries.append((Word("qqq", quoted=False), Word("12", quoted=False)))
    return ""


def inside_free(document: Node, parent: Pairs | list[Node]) -> bool:
    """Whether a node is of the JSON that people choose: a test's claims, a patch's content.

    What a patch makes of a document is checked where the document is.
    """
    chosen = {"PolicyTest": "claims", "Environment": "merge"}
    kind = document.entries[1][1] if isinstance(document, Pairs) else None
    key = chosen.get(kind.text) if isinstance(kind, Word) else None
    if key is None:
        return False
    claims = [
        get(*place)
        for place in places(document)
        if isinstance(place[0], Pairs) and place[0].entries[place[1]][0].text == key
    ]
    inside = [one for root in claims for one in (root, *(get(*place) for place in places(root)))]
    return any(one is parent for one in inside)


def broken(
    source: Node, mistake: Callable[[Pairs | list[Node], int], str | None]
) -> Iterator[tuple[str, str]]:
    """Every place where the mistake can be made: the document and the text to point at."""
    for number in range(len(places(source))):
        document = copy(source)
        parent, index = places(document)[number]
        # What is added to the claims of a token is another claim.
        changed = get(parent, index) if mistake is added else parent
        if not isinstance(changed, Word) and inside_free(document, changed):
            continue
        wanted = mistake(parent, index)
        if wanted is not None:
            yield write(document) + "\n", wanted


@pytest.mark.parametrize("mistake", [misspelt, emptied, wrapped, flattened, added])
def test_one_mistake_is_one_finding(
    mistake: Callable[[Pairs | list[Node], int], str | None],
) -> None:
    cases = [case for path in EXAMPLES for case in broken(parse(path.read_text()), mistake)]
    assert len(cases) > 50
    wrong = []
    for (text, wanted), answer in zip(cases, native(text for text, _ in cases), strict=True):
        assert answer["reading"] == []
        findings = mistakes(answer["documents"][0]["findings"])
        pointed = [text.encode()[one["start"] : one["end"]].decode() for one in findings]
        if len(findings) != 1 or wanted not in pointed[0]:
            wrong.append((text, wanted, findings))
    assert not wrong, f"{len(wrong)} of {len(cases)}: {wrong[:3]}"
