"""Hostile and careless intents: each is refused with one finding at its place, or means one thing.

The names are the rows of our catalogue of hostile cases: G23 to G35 are texts, G36 patterns, G38
and G39 names, G41 to G43 numbers. What concerns links and special files (G16) is in tests/repo,
bounds of time and memory with the reader, the same bytes on every machine (G45) in
tests/determinism.
"""

from __future__ import annotations

from typing import Final

import pytest

from meshc.compiling import lint_files
from meshc.findings import Severity

MESH: Final = b"""\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec: {trustDomain: example.test, namespaces: [{name: shop}]}
"""
CART: Final = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: orders
  ports: [{name: api, port: 8080, protocol: http}]
  instances: {static: [{address: 10.0.0.1, version: v1}, {address: 10.0.0.2, version: v2}]}
  versions: {v1: {labels: {version: v1}}, v2: {labels: {version: v2}}}
  operations:
    read: {match: ["GET /carts/{user}"], timeout: 2s}
  traffic: [{to: [{version: v1, weight: 90}, {version: v2, weight: 10}]}]
  allow: [{from: [web], operations: [read]}]
  deny: [{operations: [read], when: {source: {cidr: ["10.0.0.0/8"]}}}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  owner: storefront
  calls: [{to: cart.read}]
"""


def changed(old: str, new: str) -> bytes:
    """Change the first such part of the intent; it must be there."""
    assert old in CART
    return CART.replace(old, new, 1).encode()


def renamed(name: str) -> bytes:
    """Give the service alone under another name, without the caller that would miss it."""
    alone = changed("name: cart", f'name: "{name}"').partition(b"---")[0]
    return alone.replace(b"from: [web]", b"from: [anyone]")


def said(*texts: bytes) -> list[tuple[str, str, int, int]]:
    """Give what is found beyond info: code, file, line and column."""
    files = [
        ("mesh.yaml", MESH),
        *((f"{name}.yaml", text) for name, text in zip("abc", texts, strict=False)),
    ]
    return [
        (one.code, one.primary.file, one.primary.line, one.primary.column)
        for one in lint_files(files).findings
        if one.severity is not Severity.INFO
    ]


OWNER: Final = (5, 10)
REFUSED: Final = {
    "G23-latin-1": (changed("orders", "ord\xe9rs").decode().encode("latin-1"), "MC001", 5, 13),
    "G23-utf-16": (CART.encode("utf-16"), "MC001", 1, 1),
    "G24-next-line": (changed("orders", "orders\x85"), "MC001", 5, 16),
    "G24-line-separator": (changed("orders", "or\u2028ders"), "MC001", 5, 12),
    "G25-conflict": (
        changed(
            "  owner: orders\n",
            "<<<<<<< HEAD\n  owner: orders\n=======\n  owner: web\n>>>>>>> main\n",
        ),
        "MC001",
        5,
        1,
    ),
    "G26-duplicate": (changed("orders", "orders\n  owner: web"), "MC002", 6, 3),
    **{
        f"G28-{word}": (changed("orders", word), "MC003", *OWNER)
        for word in ("no", "on", "y", "off", "yes", "true")
    },
    **{
        f"G29-{word}": (changed("orders", word), "MC004", *OWNER)
        for word in ("010", "1e400", "2026-01-01")
    },
    # In quotes it would be no name either.
    **{
        f"G29-{word}": (changed("orders", word), "MC105", *OWNER)
        for word in ("NO", "1_000", "12:30:45", ".nan", ".inf")
    },
    **{
        f"G29-number-{word}": (changed("8080", word), code, 6, 29)
        for word, code in (
            ("010", "MC004"),
            ("0x1f90", "MC004"),
            ("1_000", "MC103"),
            ("8080.0", "MC103"),
            ("1e3", "MC103"),
            ("99999999999999999999", "MC112"),
            ("-1", "MC112"),
            (".inf", "MC103"),
        )
    },
    "G30-letter-case": (changed("owner:", "Owner:"), "MC101", 5, 3),
    "G30-plural": (changed("operations:", "operation:"), "MC101", 9, 3),
    "G31-after-the-end": (f"{CART}...\nfoo: bar\n".encode(), "MC102", 22, 1),
    **{
        f"G32-{tag}": (changed("orders", f"{tag} orders"), "MC001", *OWNER)
        for tag in ("!!python/object:os.system", "!!binary", "!own")
    },
    "G33-unknown-alias": (changed("orders", "*a"), "MC001", *OWNER),
    "G33-merge-key": (changed("owner: orders", "<<: {owner: orders}"), "MC005", 5, 3),
    "G35-deep-list": (b"[" * 100_000, "MC007", 1, 65),
    "G36-look-ahead": (
        changed('"GET /carts/{user}"', r'{path: {regex: "/(?=a)b"}}'),
        "MC110",
        10,
        37,
    ),
    "G36-backreference": (
        changed('"GET /carts/{user}"', r'{path: {regex: "/(a)\\1"}}'),
        "MC110",
        10,
        35,
    ),
    "G39-empty": (renamed(""), "MC105", 3, 18),
    **{
        f"G39-{name[:8]}-{len(name)}": (renamed(name), "MC105", 3, 18)
        for name in ("Cart", "a" * 64, "a" * 253, "..", "-a", "c\u0430rt")
    },
    "G41-negative": (changed("weight: 90", "weight: -1"), "MC112", 11, 41),
    "G41-huge": (changed("weight: 90", "weight: 1000000000"), "MC112", 11, 41),
    "G41-fraction": (changed("weight: 90", "weight: 1.5"), "MC103", 11, 41),
    **{
        f"G42-{network}": (changed("10.0.0.0/8", network), "MC112", 13, 54)
        for network in ("10.0.0.1/8", "fe80::1%eth0/64", "10.0.0.0/33", "::ffff:10.0.0.0/104")
    },
    **{
        f"G43-{time}": (changed("2s", time), "MC112", 10, 51)
        for time in ("0s", "-1s", "5min", "1000000000000s", "2.5s", "5", "0")
    },
}


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_it_is_refused_once_and_at_its_place(row: str) -> None:
    """One mistake is one finding, and it stands where the mistake is."""
    text, code, line, column = REFUSED[row]
    errors = [one for one in said(text) if one[1] == "a.yaml"]
    assert errors == [(code, "a.yaml", line, column)]


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + CART.encode(),
        CART.replace("\n", "\r\n").encode(),
        CART.rstrip().encode(),
        changed("name: cart", "name: &here cart"),
    ],
    ids=["G24-mark", "G24-carriage-returns", "G24-no-final-newline", "G33-anchor"],
)
def test_it_means_the_same(text: bytes) -> None:
    """What differs only in bytes that mean nothing compiles to the same slices."""
    assert said(text) == []
    slices = [
        [
            (name, content)
            for name, content, _ in lint_files([("mesh.yaml", MESH), ("a.yaml", one)])
            .mesh.emit()
            .slices
        ]
        for one in (text, CART.encode())
    ]
    assert slices[0] == slices[1]


def test_all_weights_zero_serves_nobody() -> None:
    """G41: relative weights of 0 and 0 are refused; 50 and 51 are as good as any."""
    assert [
        one[0]
        for one in said(changed("90}, {version: v2, weight: 10", "0}, {version: v2, weight: 0"))
    ] == ["MC306"]
    assert said(changed("weight: 90", "weight: 91")) == []


def test_a_name_in_two_files_shows_both() -> None:
    """G38: the later file is blamed, the earlier one shown."""
    other = CART[: CART.index("---")].encode()
    files = [("mesh.yaml", MESH), ("a.yaml", CART.encode()), ("b.yaml", other)]
    (found,) = [one for one in lint_files(files).findings if one.severity is Severity.ERROR]
    assert (found.code, found.primary.file, found.related[0].place.file) == (
        "MC211",
        "b.yaml",
        "a.yaml",
    )


def test_every_network_is_a_network_and_said_to_be_one() -> None:
    """G42: `/0` holds for everybody, which is not what a condition is for."""
    for network in ("0.0.0.0/0", "::/0"):
        assert "MC112" not in [one[0] for one in said(changed("10.0.0.0/8", network))]
        assert len(said(changed("10.0.0.0/8", network))) == 1


def test_a_row_of_aliases_is_no_bomb() -> None:
    """G33: a billion laughs is refused before it is laid out."""
    lines = [b"a0: &a0 [x, x]"]
    lines += [
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]".encode() for n in range(1, 40)
    ]
    assert {one[0] for one in said(b"\n".join(lines))} <= {"MC001", "MC007"}
    assert said(b"\n".join(lines))
