import pytest

from meshc._native import Document, Node
from meshc.mesh.sources import Sources

TEXT = """\
# first
kind: Mesh
metadata: {name: example}
---
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  calls:
    - {to: pay.charge, timeout: 2s}
    - to: "web"
  hosts: [a.test, b.test]
  note: |
    long
    text
  owner:
"""


def at(text: str, word: str) -> int:
    return text.encode().index(word.encode())


def document(text: str = TEXT) -> Document:
    return Document(text.encode())


def spelled(node: Node, text: str = TEXT) -> str:
    return text.encode()[node.start : node.end].decode()


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("Mesh", ("Mesh", "example", "kind")),
        ("pay.charge", ("ServiceIntent", "shop/cart", "spec", "calls", "pay.charge", "to")),
        ("2s", ("ServiceIntent", "shop/cart", "spec", "calls", "pay.charge", "timeout")),
        ('"web"', ("ServiceIntent", "shop/cart", "spec", "calls", "web", "to")),
        ("b.test", ("ServiceIntent", "shop/cart", "spec", "hosts", "1")),
        ("calls", ("ServiceIntent", "shop/cart", "spec", "calls")),
    ],
)
def test_a_path_names_what_does_not_move(word: str, path: tuple[str, ...]) -> None:
    assert document().path(at(TEXT, word)) == path
    moved = "\n\n" + TEXT.replace("- {to: pay", "- {to: zz}\n    - {to: pay")
    assert document(moved).path(at(moved, word)) == path


def test_between_documents_is_no_path() -> None:
    assert document().path(at(TEXT, "# first")) == ()


def test_nodes_say_what_they_are_and_where() -> None:
    read = document()
    assert len(read) == 2
    assert read.whole
    spec = read.root(1).get("spec")
    assert spec is not None
    rows = [(key.value, node.kind, node.style, node.null) for key, node in spec.entries()]
    assert rows == [
        ("calls", "sequence", "block", False),
        ("hosts", "sequence", "flow", False),
        ("note", "scalar", "literal", False),
        ("owner", "scalar", "plain", True),
    ]
    calls = spec.get("calls")
    assert calls is not None
    assert [spelled(item) for item in calls.items()] == [
        "{to: pay.charge, timeout: 2s}",
        'to: "web"',
    ]
    web = calls.items()[1].get("to")
    assert web is not None
    assert (web.value, web.style, spelled(web)) == ("web", "double", '"web"')
    assert (calls.value, calls.get("to"), spec.items()) == (None, None, [])


def test_around_a_byte_stand_the_nodes_from_the_root_to_the_deepest() -> None:
    around = document().at(at(TEXT, "charge"))
    assert [node.kind for node in around] == [
        "mapping", "mapping", "sequence", "mapping", "scalar"
    ]  # fmt: skip
    assert spelled(around[-1]) == "pay.charge"
    key = document().at(at(TEXT, "timeout"))
    assert (spelled(key[-1]), spelled(key[-2])) == ("timeout", "{to: pay.charge, timeout: 2s}")
    assert document().at(0) == []


def test_an_alias_is_what_it_stands_for_where_it_is_used() -> None:
    text = "a: &x {b: 1}\nc: *x\n"
    node = document(text).root(0).get("c")
    assert node is not None
    assert (node.kind, node.style, spelled(node, text)) == ("mapping", "alias", "*x")


def test_what_cannot_be_read_has_no_tree() -> None:
    read = document("a: [1\n---\nb: 2\n")
    assert (len(read), read.whole) == (1, False)
    with pytest.raises(IndexError):
        read.root(1)
    assert len(document("")) == 0
    assert document("").path(3) == ()


def test_sources_parse_a_file_once() -> None:
    sources = Sources([("a.yaml", b"a: 1\n")])
    assert sources.document("a.yaml") is sources.document("a.yaml")
    assert sources.differing(Sources([("a.yaml", b"a: 2\n")])) == ["a.yaml"]
    assert sources.differing(Sources([("b.yaml", b""), ("a.yaml", b"a: 1\n")])) == []
    assert (sources.text("b.yaml"), len(sources.document("b.yaml"))) == (b"", 0)


def test_comments_are_found_outside_of_text_only() -> None:
    text = """\
# one
a: "x # no"   # two
b#: c#d
e: [f, # three
  g]
h: | # four
  # no
i: &j#k l # five
m: 'n
  # no'
#"""
    found = [text[start:end] for start, end in document(text).comments()]
    assert found == ["# one", "# two", "# three", "# four", "# five", "#"]
