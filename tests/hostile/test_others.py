"""The cases that are neither paths nor hosts: rules, callers, connections, snapshots."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bed import Authority, identity
from catalogue import KINDS, OTHERS, Case, name_of, of_kind
from stand import CALLER, SERVICES, decide, files, question, slices
from wire import request

from meshc import compiling
from meshc._native import Decider

if TYPE_CHECKING:
    from stand import Stand

ROOT = Path(__file__).parents[2]
HOST = SERVICES["named"]
process = pytest.mark.process


def test_every_case_is_tried_or_named() -> None:
    """Each has a kind; what it refers to exists; what is open says what it comes with."""
    assert [case["id"] for case in OTHERS] == [f"Z{number:02}" for number in range(1, 28)]
    for case in OTHERS:
        assert set(case) - {"id", "about"} <= KINDS, case["id"]
        assert set(case) & KINDS, case["id"]
        for name in [case.get("test"), *case.get("elsewhere", [])]:
            if name:
                check_reference(name)
    later = {case["later"] for case in OTHERS if "later" in case}
    assert later == {"external decisions"}
    assert sum("later" in case for case in OTHERS) == 2


def check_reference(name: str) -> None:
    file, _, function = name.partition("::")
    path = Path(__file__).parent / file if "/" not in file else ROOT / file
    word = "fn" if file.endswith(".rs") else "def"
    assert f"{word} {function}(" in path.read_text(encoding="utf-8"), name


def compiled(one: dict[str, Any]) -> compiling.Compiled:
    """Compile the repository with one more service."""
    text = (
        "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n"
        "metadata: {name: other, namespace: shop}\nspec:\n  owner: door\n"
        "  instances: {static: [{address: 127.33.0.9}]}\n"
        f"  ports: [{{name: api, port: 8080, protocol: {one.get('protocol', 'http')}}}]\n"
        f"  {one['spec']}\n"
    )
    if "allow:" not in text:
        text += "  allow: [{from: [caller]}]\n"
    return compiling.compile([*files(), ("shop/other.yaml", text.encode())], "worktree")


@pytest.mark.parametrize("case", of_kind("compile"), ids=name_of)
def test_it_does_not_compile(case: Case) -> None:
    for one in case["compile"]:
        made = compiled(one)
        found = [finding for finding in made.findings if finding.code == one["finding"]]
        assert found, (one, made.findings)
        assert made.slices == ()
        assert found[0].primary.file == "shop/other.yaml"
        if "related" in one:
            assert one["related"] in {other.place.file for other in found[0].related}


def who(one: dict[str, Any]) -> str | None:
    """Give the SPIFFE ID of a caller of a case."""
    name: str | None = one["from"]
    return identity(f"shop/{name}") if name and ":" not in name else name


def asked(one: dict[str, Any]) -> dict[str, Any]:
    return question(one["path"].encode(), host(one), one.get("lines", ()), **{"from": who(one)})


def host(one: dict[str, Any]) -> str:
    return SERVICES[one["to"]]


@pytest.mark.parametrize("case", of_kind("requests"), ids=name_of)
def test_requests_in_the_library(case: Case) -> None:
    for one in case["requests"]:
        (answer,) = decide(one["to"], [asked(one)])
        assert answer["status"] == one["status"], (one, answer["reason"])
        assert answer["rule"] == one.get("rule", answer["rule"])


@process
@pytest.mark.parametrize("case", of_kind("requests"), ids=name_of)
def test_requests_through_a_proxy(case: Case, stand: Stand) -> None:
    """A foreign identity may already end in the handshake: status 0."""
    for one in case["requests"]:
        application = stand.application(one["to"])
        client = stand.as_peer(one["to"], who(one))
        status = client.ask(request(one["path"].encode(), host(one), one.get("lines", ())))
        known = who(one) == identity(CALLER)
        assert status == one["status"] or (status == 0 and not known), one
        assert len(application.taken()) == (one["status"] == 200), one
    assert stand.as_peer("named").ask(request(b"/x", HOST)) == 200
    stand.application("named").taken()


@process
def test_nobody_known_is_let_in_nowhere(stand: Stand) -> None:
    """Z01: no certificate, one of other roots, or no TLS at all; the next caller is served."""
    for service, name in SERVICES.items():
        for target in (b"/x", b"/public", b"/team"):
            (answer,) = decide(service, [question(target, name, **{"from": None})])
            assert answer["status"] == 403
        message = request(b"/x", name)
        for client in (
            stand.as_peer(service, None),
            stand.as_peer(service, authority=Authority()),
            stand.in_clear(service),
        ):
            assert client.ask(message) == 0
    known = stand.as_peer("named")
    assert known.ask(request(b"/x", HOST)) == 200
    taken = {service: len(stand.application(service).taken()) for service in SERVICES}
    assert taken == {"named": 1, "matched": 0, "closed": 0, "literal": 0}


CLAIMS = [
    "X-Forwarded-Client-Cert: By=spiffe://mesh.test/ns/shop/sa/root",
    "x.forwarded.client.cert: By=spiffe://mesh.test/ns/shop/sa/root",
    "X-Meshc-Principal: root",
    "X.Meshc.Principal: root",
    "x-meshc.principal: root",
    "X-Meshc-Snapshot: sha256:00",
    "X-Envoy-Original-Path: /admin",
    "X-Original-URL: /admin",
]


@process
@pytest.mark.parametrize("line", CLAIMS)
def test_claims_of_identity_never_arrive(line: str, stand: Stand) -> None:
    """Z06, Z08: nor under a name that an application may fold; with `_` it is refused."""
    for client in (stand.as_peer("named"), stand.through_caller()):
        assert client.ask(request(b"/x", HOST, [line])) == 200
        (seen,) = stand.application("named").taken()
        names = {name.lower() for name, _ in seen.fields}
        assert names == {b"host", b"traceparent"}
        folded = line.partition(":")[0].replace("-", "_").replace(".", "_")
        assert client.ask(request(b"/x", HOST, [f"{folded}: root"])) == 400
        assert stand.application("named").taken() == []


@process
@pytest.mark.parametrize(
    ("named", "status"),
    [("traceparent", 400), ("x-meshc-snapshot", 400), ("host", 400), ("x-other", 200)],
)
def test_nominated_fields_take_nothing_away(named: str, status: int, stand: Stand) -> None:
    """Z07: what we add stays, and what a policy reads is read before anything is taken out."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    lines = [f"Connection: {named}", f"traceparent: {trace}", "X-Other: 1", "X-More: 2"]
    for client in (stand.as_peer("named"), stand.through_caller()):
        assert client.ask(request(b"/x", HOST, lines)) == status
        for one in stand.application("named").taken():
            assert {name.lower() for name, _ in one.fields} == {b"host", b"traceparent", b"x-more"}
            assert one.values(b"traceparent") == [trace.encode()]
    refused = request(b"/x", HOST, ["X-Role: admin", "Connection: x-role"])
    assert stand.as_peer("named").ask(refused) == 403
    assert stand.through_caller().ask(refused) == 200
    (seen,) = stand.application("named").taken()
    assert seen.values(b"x-role") == []


@process
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"CONNECT b.test:80 HTTP/1.1\r\nHost: b.test:80\r\n\r\n", 400),
        (
            b"GET /x HTTP/1.1\r\nHost: b.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            403,
        ),
        (b"GET /x HTTP/1.1\r\nHost: b.test\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", 403),
    ],
)
def test_nothing_is_read_behind_a_tunnel_that_was_refused(
    head: bytes, status: int, stand: Stand
) -> None:
    """Z19: what follows was meant for the end of the tunnel; the connection ends."""
    for client in (stand.as_peer("named"), stand.through_caller()):
        statuses = client.ask_together([head, request(b"/x", HOST)])
        assert statuses == [status, 0]
    assert stand.application("named").taken() == []


@process
def test_requests_of_one_packet_are_judged_one_by_one(stand: Stand) -> None:
    """Z20."""
    order = [b"/x", b"/admin", b"/x/1", b"//admin", b"/x/2", b"/%2561dmin", b"/x/3"]
    for client in (stand.as_peer("named"), stand.through_caller()):
        statuses = client.ask_together([request(one, HOST) for one in order])
        assert statuses == [200, 403, 200, 403, 200, 400, 200]
        seen = [one.target for one in stand.application("named").taken()]
        assert seen == [b"/x", b"/x/1", b"/x/2", b"/x/3"]


@process
def test_each_request_is_judged_by_its_own_authority(stand: Stand) -> None:
    """Z21: 421 for one that this service does not answer to, and the connection goes on."""
    client = stand.as_peer("named")
    for name, status in [
        ("b.test", 200),
        ("secret.test", 403),
        ("matched.test", 421),
        ("else.test", 421),
        ("B.TEST.", 200),
    ]:
        assert client.ask(request(b"/x", name)) == status
        (answer,) = decide("named", [question(b"/x", name)])
        assert answer["status"] == status
    assert client.opened == 1
    assert len(stand.application("named").taken()) == 2


def test_the_order_of_files_means_nothing() -> None:
    """Z23: nor does the order of documents, whichever file holds the deny."""
    wanted = sorted((name, *blobs) for name, blobs in slices().items())
    for seed in range(20):
        shuffled = files()
        random.Random(seed).shuffle(shuffled)  # noqa: S311  a seed, no secret
        found = compiling.compile(shuffled, "worktree")
        assert sorted(found.slices) == wanted


@pytest.mark.parametrize(
    "change", [{"whatIsThis": 1}, {"format": 1}, {"format": 3}, {"format": 3, "whatIsThis": []}]
)
def test_a_slice_of_another_version_is_refused_whole(change: dict[str, Any]) -> None:
    """Z26."""
    content = json.loads(slices()["shop/named"][0])
    Decider(json.dumps(content).encode(), None, "worktree")
    with pytest.raises(ValueError, match=r"whatIsThis|format"):
        Decider(json.dumps(content | change).encode(), None, "worktree")


@process
def test_no_verdict_is_kept_for_the_next_request(stand: Stand) -> None:
    """Z27: one connection, requests that differ in one thing each."""
    client = stand.as_peer("named")
    rounds = [
        (request(b"/x", HOST), 200),
        (request(b"/admin", HOST), 403),
        (request(b"/x", HOST, ["X-Role: admin"]), 403),
        (request(b"/x", HOST, ["X-Role: user"]), 200),
        (request(b"/x", "secret.test"), 403),
        (request(b"/x", HOST, method=b"DELETE"), 200),
        (request(b"/admin", HOST, method=b"DELETE"), 403),
    ]
    for _ in range(3):
        assert [client.ask(message) for message, _ in rounds] == [status for _, status in rounds]
    assert client.opened == 1
    assert len(stand.application("named").taken()) == 9


@process
@pytest.mark.parametrize("junk", [b"\0" * 64, b"\x17\x03\x03\0\x20" + b"a" * 32, b"GET / HTTP/1.1"])
def test_junk_in_the_middle_of_a_connection_ends_that_one_only(junk: bytes, stand: Stand) -> None:
    """What is no record of ours behind a sound handshake; the next caller is served."""
    client = stand.as_peer("named")
    assert client.ask(request(b"/x", HOST)) == 200
    client.send_below_tls(junk)
    client.close()
    assert stand.as_peer("named").ask(request(b"/x", HOST)) == 200
    assert len(stand.application("named").taken()) == 2
