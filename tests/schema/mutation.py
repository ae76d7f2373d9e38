"""Valid documents made wrong, or just different, in one to three places; seeded."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from random import Random

# Words that YAML 1.1, YAML 1.2 or a careless reader takes for something other than text, and texts
# at the edge of one format or another.
BARE = [
    "on", "no", "y", "True", "null", "~", "012", "0x1F", "0o17", "+5", "-3", "0", "1", "8080",
    "65535", "65536", "70000", "1.5", "1e3", ".inf", "12:30", "1_000", "2027-03-31", "2027-02-30",
    "99999999999999999999", "v1", "always", "http2", "grpc", "permissive", "strict",
]  # fmt: skip
QUOTED = [
    "", " ", "a b", "UPPER", "-a", "a-", "a.b", "a/b", "a/*", "*", "a/b.c", "a/b.c.d", "rest",
    "anyone", "anonymous", "x" * 63, "x" * 64, "x" * 1024, "x" * 1025, "ä", "a\n", "\u0000", "on",
    "8080", "true", "1h30m", "0s", "5s", "600h", "5 s", "1h1h1h1h1h", "100000ms", "2027-02-29",
    "2028-02-29", "2027-13-01", "0000-01-01", "2027-01-01T00:00:00Z", "2027-01-01T24:00:00Z",
    "GET /", "ANY /a/**", "GET", "get /", "GET,POST /x", "GET /a b", "/a", "/a b", "a", "10.1.2.3",
    "010.1.2.3", "256.1.1.1", "::1", "1::2::3", "::ffff:1.2.3.4", "*.a.b", "*.", "a..b", "x-ok",
    "x y", "callee", "both", "http", "https", "tcp", "plain", "case-insensitive", "allowed",
    "caller", "total", "0/s", "1/s", "100/m", "1000000/h", "1000001/s", "5/d", "007/s",
    "ServiceIntent", "Guardrail", "TokenIssuer", "meshc.dev/v2", "RS256", "HS256", "none", "ES512",
    "https://a.test/k", "http://a.test/k", "https://", "realm_access/roles", "a//b",
    "spiffe://a/b", "spiffe://a/*", "spiffe://a", "spiffe://a/../b", "spiffe://A/b",
    "spiffe://a/b/./*", "spiffe://a/b*",
]  # fmt: skip
NUMBERS = ["0", "1", "2", "200", "599", "600", "10", "11", "65535", "65536", "1000001"]
FIELDS = [
    "name", "from", "to", "match", "operations", "when", "until", "headers", "query", "equals",
    "oneOf", "prefix", "suffix", "present", "regex", "has", "not", "user", "version", "weight",
    "protocol", "mtls", "reason", "timeout", "path", "method", "host", "grpc", "cors", "static",
    "file", "dns", "kubernetes", "labels", "namespace", "allow", "deny", "calls", "spec",
    "metadata", "certificate", "per", "rate", "issuer", "claims", "claim", "keys", "inline", "url",
    "refresh", "algorithms", "header", "burst", "extra", '""', "on", "404", "rest", "x-new",
    "X_Y", "identity",
]  # fmt: skip


@dataclass
class Word:
    """A scalar: its text and whether quotes stand around it."""

    text: str
    quoted: bool


@dataclass
class Pairs:
    """A mapping; keys may repeat."""

    entries: list[tuple[Word, Node]]


Node = Word | Pairs | list["Node"]


def parse(text: str) -> Node:
    """A document with its quotes."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert node is not None
    return convert(node)


def convert(node: yaml.Node) -> Node:
    if isinstance(node, yaml.MappingNode):
        return Pairs([(word(key), convert(value)) for key, value in node.value])
    if isinstance(node, yaml.SequenceNode):
        return [convert(item) for item in node.value]
    return word(node)


def word(node: yaml.Node) -> Word:
    assert isinstance(node, yaml.ScalarNode)
    return Word(node.value, quoted=node.style is not None)


def write(node: Node) -> str:
    """The document on one line; a text that cannot stand bare is quoted."""
    if isinstance(node, Pairs):
        return "{" + ", ".join(f"{write(key)}: {write(value)}" for key, value in node.entries) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(write(item) for item in node) + "]"
    bare = set(string.ascii_letters + string.digits + "-+._/~:")
    can = node.text and set(node.text) <= bare and node.text not in {"-", "---", "..."}
    if node.quoted or not can or node.text[-1] == ":" or node.text[:2] in {"-:", "::"}:
        return json.dumps(node.text)
    return node.text


def copy(node: Node) -> Node:
    if isinstance(node, Pairs):
        return Pairs([(Word(k.text, k.quoted), copy(v)) for k, v in node.entries])
    if isinstance(node, list):
        return [copy(item) for item in node]
    return Word(node.text, node.quoted)


def places(node: Node) -> list[tuple[Pairs | list[Node], int]]:
    """Every child as (parent, index)."""
    found: list[tuple[Pairs | list[Node], int]] = []
    if isinstance(node, Word):
        return found
    values = [value for _, value in node.entries] if isinstance(node, Pairs) else node
    for index, value in enumerate(values):
        found.append((node, index))
        found.extend(places(value))
    return found


def get(parent: Pairs | list[Node], index: int) -> Node:
    return parent.entries[index][1] if isinstance(parent, Pairs) else parent[index]


def put(parent: Pairs | list[Node], index: int, value: Node) -> None:
    if isinstance(parent, Pairs):
        parent.entries[index] = (parent.entries[index][0], value)
    else:
        parent[index] = value


def anything(random: Random) -> Node:
    """A value from nowhere."""
    choices: list[Node] = [
        Word(random.choice(BARE), quoted=False),
        Word(random.choice(QUOTED), quoted=True),
        Word(random.choice(NUMBERS), quoted=False),
        [],
        Pairs([]),
        [Word(random.choice(QUOTED), quoted=False)],
        Pairs([(Word(random.choice(FIELDS), quoted=False), Word("x", quoted=False))]),
    ]
    return random.choice(choices)


def wording(random: Random, value: Node) -> Node:
    """Another scalar, or the same with or without quotes."""
    if not isinstance(value, Word):
        return anything(random)
    cut = random.randint(0, len(value.text))
    return random.choice(
        [
            Word(value.text, not value.quoted),
            Word(value.text[:cut], value.quoted),
            Word(
                value.text[:cut] + random.choice("aZ0-_./*{} \n:") + value.text[cut:], quoted=True
            ),
            Word(random.choice(BARE), quoted=False),
            Word(random.choice(QUOTED), quoted=random.random() < 0.7),
            Word(random.choice(NUMBERS), quoted=random.random() < 0.2),
        ]
    )


def rename(random: Random, parent: Pairs | list[Node], index: int) -> None:
    if isinstance(parent, list):
        return put(parent, index, anything(random))
    key, value = parent.entries[index]
    text = random.choice([random.choice(FIELDS), key.text + "s", key.text[:-1], key.text.upper()])
    parent.entries[index] = (Word(text, quoted=text == '""' or random.random() < 0.3), value)
    return None


def remove(parent: Pairs | list[Node], index: int) -> None:
    del (parent.entries if isinstance(parent, Pairs) else parent)[index]


def repeat(random: Random, parent: Pairs | list[Node], index: int) -> None:
    """An item again, sometimes very often; a field again under another name."""
    if isinstance(parent, list):
        count = random.choice([1, 1, 1, 2, 70])
        parent.extend(copy(parent[index]) for _ in range(count))
        return
    _, value = parent.entries[index]
    many = random.random() < 0.01
    for number in range(520 if many else 1):
        name = f"n{number}" if many else random.choice([*FIELDS, "n", "n2"])
        parent.entries.append((Word(name, quoted=False), copy(value)))


def mutate(random: Random, document: Node) -> None:
    """One change at one place."""
    all_places = places(document)
    if not all_places:
        return
    parent, index = random.choice(all_places)
    value = get(parent, index)
    other = get(*random.choice(all_places))
    change = random.choices(range(6), weights=[5, 2, 2, 2, 2, 1])[0]
    if change == 0:
        put(parent, index, wording(random, value))
    elif change == 1:
        remove(parent, index)
    elif change == 2:
        rename(random, parent, index)
    elif change == 3:
        repeat(random, parent, index)
    elif change == 4:
        put(parent, index, copy(other))
    else:
        put(parent, index, anything(random))


def mutant(random: Random, document: Node) -> str:
    """A changed copy, as text."""
    changed = copy(document)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        mutate(random, changed)
    return write(changed) + "\n"
