"""The native module: its stub, its tables and graph, and that no order shows."""

from __future__ import annotations

import ast
import inspect
import json
import random
from collections import Counter
from pathlib import Path

import pytest

import meshc
from meshc import _native, mesh

ROOT = Path(meshc.__file__).parent
EXAMPLE = Path(__file__).parents[2] / "examples" / "boutique"
NAMESPACES = [("shop", "shop")]


def boutique() -> list[tuple[str, bytes]]:
    return [
        (path.relative_to(EXAMPLE).as_posix(), path.read_bytes())
        for path in sorted(EXAMPLE.rglob("*.yaml"))
    ]


@pytest.fixture(scope="module")
def linked() -> _native.Mesh:
    return mesh.link(boutique(), NAMESPACES)


def parameters(definition: ast.FunctionDef) -> list[str]:
    args = definition.args
    several = [args.vararg] if args.vararg else []
    last = [args.kwarg] if args.kwarg else []
    names = [*args.posonlyargs, *args.args, *several, *args.kwonlyargs, *last]
    return [one.arg for one in names if one.arg != "self"]


def public(holder: object) -> set[str]:
    return {name for name in vars(holder) if not name.startswith("_")}


def test_the_stub_says_what_the_module_holds() -> None:
    stub = ast.parse((ROOT / "_native.pyi").read_text(encoding="utf-8"))
    classes = {one.name: one for one in stub.body if isinstance(one, ast.ClassDef)}
    functions = {one.name: one for one in stub.body if isinstance(one, ast.FunctionDef)}
    assert {*classes, *functions} == public(_native)
    for name, function in functions.items():
        assert parameters(function) == list(inspect.signature(getattr(_native, name)).parameters)
    for name, one in classes.items():
        members = [member for member in one.body if isinstance(member, ast.FunctionDef)]
        native = getattr(_native, name)
        assert {member.name for member in members if member.name[0] != "_"} == public(native)
        for member in members:
            if member.name[0] == "_" or any(
                "property" in ast.dump(d) for d in member.decorator_list
            ):
                continue
            found = inspect.signature(getattr(native, member.name)).parameters
            assert parameters(member) == [key for key in found if key != "self"], member.name


def test_every_table_gives_columns_of_one_length_and_places(linked: _native.Mesh) -> None:
    files = dict(boutique())
    for name in ("services", "ports", "operations", "instances", "traffic", "allow", "calls"):
        table = linked.table(name)
        assert len(table) > 0, name
        for column in table.columns:
            assert len(table.column(column)) == len(table), (name, column)
        file, start, end = table.place(len(table) - 1)
        assert 0 <= start < end <= len(files[file])
        line = linked.place(name, len(table) - 1)[1]
        assert line == files[file][:start].count(b"\n") + 1
    with pytest.raises(KeyError):
        linked.table("nothing")
    with pytest.raises(IndexError):
        linked.table("calls").place(10_000)


def test_rows_are_chosen_by_value_comparison_and_membership(linked: _native.Mesh) -> None:
    ports = linked.table("ports")
    numbers = ports.column("port")
    assert ports.matching(protocol="tcp", name="store") == [
        row for row, one in enumerate(ports.column("protocol")) if one == "tcp"
    ]
    below = [row for row, one in enumerate(numbers) if isinstance(one, int) and one < 8080]
    assert ports.matching(port__lt=8080) == below != []
    assert ports.matching(port__in=[6379, 8443], port__ge=8000) == ports.matching(port=8443)
    assert ports.matching(port__ne=8080) == [row for row, one in enumerate(numbers) if one != 8080]
    assert ports.matching() == list(range(len(ports)))
    with pytest.raises(KeyError):
        ports.matching(colour="red")


def test_rows_are_chosen_by_parts_of_texts_and_by_other_columns(linked: _native.Mesh) -> None:
    services = linked.table("services")
    names = [str(one) for one in services.column("name")]
    assert services.values("name", services.matching(name__startswith="c")) == [
        name for name in names if name.startswith("c")
    ]
    assert services.values("name", services.matching(name__endswith="t")) == [
        name for name in names if name.endswith("t")
    ]
    assert services.matching(name__contains="ar") == [
        row for row, name in enumerate(names) if "ar" in name
    ]
    ports = linked.table("ports")
    both = list(zip(ports.column("port"), ports.column("target"), strict=True))
    assert ports.matching(port=_native.Column("target")) == [
        row for row, (port, target) in enumerate(both) if port == target
    ]
    less = [row for row, (port, target) in enumerate(both) if int(port or 0) < int(target or 0)]
    assert ports.matching(port__lt=_native.Column("target")) == less
    assert ports.matching(port=_native.Column("name")) == []
    assert ports.matching(port__ne=_native.Column("name")) == list(range(len(ports)))
    # A list contains its items, no parts of them.
    allow = linked.table("allow")
    callers = [str(one).split() for one in allow.column("callers")]
    wanted = callers[0][0]
    assert allow.matching(callers__contains=wanted) == [
        row for row, one in enumerate(callers) if wanted in one
    ]
    assert allow.matching(callers__contains=wanted[1:]) == []
    with pytest.raises(KeyError):
        ports.matching(port=_native.Column("colour"))
    with pytest.raises(IndexError):
        ports.values("port", [len(ports)])


def test_rows_are_counted_added_up_and_grouped(linked: _native.Mesh) -> None:
    calls = linked.table("calls")
    assert calls.counts("caller") == Counter(calls.column("caller"))
    some = calls.matching(route=False)
    assert calls.counts("callee", some) == Counter(calls.values("callee", some))
    traffic = linked.table("traffic")
    weights: Counter[_native.Cell] = Counter()
    for service, weight in zip(traffic.column("service"), traffic.column("weight"), strict=True):
        weights[service] += int(weight or 0)
    assert traffic.sums("service", "weight") == weights
    groups = calls.repeated("caller", "callee")
    assert all(len({*calls.values("caller", rows)}) == 1 for rows in groups)
    ports = linked.table("ports")
    alike = ports.repeated("name", "port")
    assert [ports.values("name", rows) for rows in alike] == [
        [name] * count
        for (name, _), count in Counter(
            zip(ports.column("name"), ports.column("port"), strict=True)
        ).items()
        if count > 1
    ]


def test_the_graph_answers_by_name(linked: _native.Mesh) -> None:
    graph = linked.graph()
    assert "shop/redis" in graph.callees("shop/cart")
    assert graph.callers("shop/redis") == ["shop/cart"]
    assert graph.path("shop/edge", "shop/redis") == [
        "shop/edge",
        "shop/frontend",
        "shop/cart",
        "shop/redis",
    ]
    assert graph.path("shop/redis", "shop/edge") is None
    assert "shop/redis" in graph.reach("shop/edge")
    assert graph.cycles() == []
    assert ("shop/cart", "shop/redis") in graph.edges()
    with pytest.raises(KeyError):
        graph.callers("shop/nobody")


def test_neither_order_of_files_nor_threads_show() -> None:
    # More files than one thread reads alone, a mistake in every tenth of them.
    files = boutique()
    for number in range(200):
        calls = "cart.nothing" if number % 10 == 0 else "cart.read"
        text = (
            "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n"
            f"metadata: {{name: extra-{number}, namespace: shop}}\n"
            f"spec: {{calls: [{{to: {calls}}}]}}\n"
        )
        files.append((f"shop/extra-{number}.yaml", text.encode()))
    first = mesh.link(files, NAMESPACES)
    said = [repr(one) for one in first.findings()]
    assert sum("`nothing` is not an operation" in one for one in said) == 20
    for seed in range(3):
        random.Random(seed).shuffle(files)  # noqa: S311  a repeatable order, no secret
        again = mesh.link(files, NAMESPACES)
        assert [repr(one) for one in again.findings()] == said
        assert again.emit().slices == first.emit().slices


def test_slices_are_canonical_named_in_order_and_can_be_enforced(linked: _native.Mesh) -> None:
    emitted = linked.emit()
    slices, callees = emitted.slices, emitted.callees
    assert [name for name, _, _ in slices] == sorted(name for name, _, _ in slices)
    assert len(slices) == len(linked.table("services"))
    for name, content, places in slices:
        assert _native.canonical_json(content) == content
        assert _native.canonical_json(places) == places
        assert json.loads(content)["workload"] == name
        assert _native.missing_capability(_native.needs(content, callees)) is None
        _native.Decider(content, places, "worktree", callees)
    named = {name for _, content, _ in slices for name in _native.callees(content)}
    assert named == callees.keys()
    for name, content in callees.items():
        assert _native.digest(content) == name
        assert _native.canonical_json(content) == content
        assert json.loads(content)["workload"] in {workload for workload, _, _ in slices}


def test_a_slice_without_what_it_names_decides_nothing(linked: _native.Mesh) -> None:
    emitted = linked.emit()
    callees = emitted.callees
    content = next(one for _, one, _ in emitted.slices if _native.callees(one))
    name = _native.callees(content)[0]
    with pytest.raises(ValueError, match=f"the callee {name} is missing"):
        _native.Decider(content, None, "worktree")
    other = callees | {name: callees[name] + b" "}
    with pytest.raises(ValueError, match=f"the callee {name} has another content"):
        _native.Decider(content, None, "worktree", other)
    with pytest.raises(ValueError, match="is missing"):
        _native.needs(content, {name: "text"})  # type: ignore[dict-item]  # no bytes


def test_mistakes_of_callers_are_exceptions() -> None:
    with pytest.raises(ValueError, match="malformed"):
        _native.Decider(b"{}", None, "worktree")
    with pytest.raises(ValueError, match="integer"):
        _native.canonical_json(b"[1.5]")
    with pytest.raises(ValueError):  # noqa: PT011  the text is the JSON reader's
        _native.Mesh.read([], b"no schema")


def test_small_functions() -> None:
    assert _native.position("ä: b\nc".encode(), 3) == (1, 3)
    assert _native.position("ä: b\nc".encode(), 6) == (2, 1)
    assert _native.digest(b"abc").startswith("sha256:ba7816bf")
    assert _native.check_pattern("/a/{id}") is None
    wrong = _native.check_pattern("/a/../b")
    assert wrong is not None
    assert wrong[0] == 3
    assert all(len(one) == 3 and all(one) for one in _native.defaults())


def test_every_value_is_traced_to_its_place_or_to_a_default(linked: _native.Mesh) -> None:
    table = linked.table("values")
    sources = dict(boutique())
    known = {field for field, _, _ in _native.defaults()}
    written = 0
    for row, (value, default) in enumerate(
        zip(table.column("value"), table.column("default"), strict=True)
    ):
        path, start, end = table.place(row)
        text = sources[path][start:end].decode()
        if default is None:
            written += 1
            assert text.strip("\"'") == value
        else:
            assert default in known
            assert text == str(table.column("service")[row]).split("/")[1]
    assert 0 < written < len(table)


def test_the_nearer_writing_holds_and_is_named() -> None:
    mesh_text = """
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: shop}
spec: {trustDomain: shop.test, defaults: {requests: {timeout: 9s}}}
"""
    service = """
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team
  ports: [{name: api, port: 80, target: 8080, protocol: http}]
  operations:
    read: {match: ["GET /items"], timeout: 2s, retry: {retryOn: [connect-failure], perTry: 5s}}
    write: {match: ["POST /items"], retry: {attempts: 0}}
  rateLimits: [{rate: 90/m}, {name: writes, operations: [write], per: caller, rate: 5/s, burst: 9}]
"""
    files = [("cart.yaml", service.encode()), ("mesh.yaml", mesh_text.encode())]
    linked = mesh.link(files, [])
    table = linked.table("values")
    rows = {
        str(field): (value, default, linked.place("values", row)[:2])
        for row, (field, value, default) in enumerate(
            zip(*(table.column(name) for name in ("field", "value", "default")), strict=True)
        )
    }
    at_name = ("cart.yaml", 4)
    assert rows == {
        "identity.serviceAccount": ("cart", "identity.serviceAccount", at_name),
        "ports.api.mtls": ("strict", "ports[].mtls", at_name),
        "ports.api.target": ("8080", None, ("cart.yaml", 7)),
        "operations.read.timeout": ("2s", None, ("cart.yaml", 9)),
        "operations.read.idempotent": ("true", "operations.*.idempotent", at_name),
        "operations.read.retry.attempts": ("2", "operations.*.retry.attempts", at_name),
        "operations.read.retry.retryOn": ("[connect-failure]", None, ("cart.yaml", 9)),
        "operations.read.retry.perTry": ("2s", "operations.*.retry.perTry", at_name),
        "operations.write.timeout": ("9s", None, ("mesh.yaml", 5)),
        "operations.write.idempotent": ("false", "operations.*.idempotent", at_name),
        "operations.write.retry.attempts": ("0", None, ("cart.yaml", 10)),
        "operations.write.retry.retryOn": (
            "[cancelled, connect-failure, refused-stream, unavailable]",
            "operations.*.retry.retryOn",
            at_name,
        ),
        "operations.write.retry.perTry": ("9s", "operations.*.retry.perTry", at_name),
        "requests.timeout": ("9s", None, ("mesh.yaml", 5)),
        "paths": ("[plain, matrix]", "paths", at_name),
        "rateLimits.[0].per": ("total", "rateLimits[].per", at_name),
        "rateLimits.[0].burst": ("2", "rateLimits[].burst", at_name),
        "rateLimits.writes.per": ("caller", None, ("cart.yaml", 11)),
        "rateLimits.writes.burst": ("9", None, ("cart.yaml", 11)),
    }
    held = {
        one["name"]: one for one in json.loads(linked.emit().slices[0][1])["inbound"]["operations"]
    }
    assert {name: (one["timeoutMs"], one["retry"]) for name, one in held.items()} == {
        "read": (2000, {"attempts": 2, "on": ["connect-failure"], "perTryMs": None}),
        "rest": (9000, {"attempts": 2, "perTryMs": None}),
        "write": (9000, {"attempts": 0, "perTryMs": None}),
    }
    assert json.loads(linked.emit().slices[0][1])["inbound"]["rateLimits"] == [
        {
            "burst": 2,
            "count": 90,
            "name": "rateLimits[0]",
            "operations": None,
            "per": "total",
            "periodMs": 60_000,
        },
        {
            "burst": 9,
            "count": 5,
            "name": "writes",
            "operations": ["write"],
            "per": "caller",
            "periodMs": 1_000,
        },
    ]


FEDERATED = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: m}
spec:
  trustDomain: example.test
  federation:
    - {trustDomain: partner.test, bundle: {file: trust/partner.pem}}
    - {trustDomain: elsewhere.test, bundle: {file: trust/other.pem}}
"""
ACCEPTS = """\
---
apiVersion: meshc.dev/v1
kind: %s
metadata: {name: %s, namespace: shop}
spec:
  %s: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [%s], operations: [rest]}]
"""


def test_a_slice_holds_the_bundles_of_trust_domains_its_own_rules_name() -> None:
    folder = Path(__file__).parent / "cases" / "callers_of_other_trust_domains"
    some = ("partner.test/b/*", "elsewhere.test/a", "partner.test/z", "partner.test/*")
    callers = ", ".join(f'{{identity: "spiffe://{one}"}}' for one in some)
    text = FEDERATED + "".join(
        ACCEPTS % row
        for row in (
            ("ServiceIntent", "cart", "ports", callers),
            ("ServiceIntent", "audit", "ports", '{identity: "spiffe://partner.test/*"}, shop/*'),
            ("ServiceIntent", "web", "ports", "shop/*"),
            ("GatewayIntent", "edge", "listeners", callers),
        )
    )
    bundles = {
        name: (folder / name).read_bytes() for name in ("trust/partner.pem", "trust/other.pem")
    }
    linked = mesh.link([("mesh.yaml", text.encode()), *bundles.items()], [])
    slices = {name: json.loads(slice_)["inbound"] for name, slice_, _ in linked.emit().slices}
    found = {
        name: {one["trustDomain"]: one["bundle"].encode() for one in slice_.get("federated", [])}
        for name, slice_ in slices.items()
    }
    partner, elsewhere = bundles.values()
    assert found["shop/cart"] == {"elsewhere.test": elsewhere, "partner.test": partner}
    assert list(found["shop/cart"]) == sorted(found["shop/cart"])
    assert found["shop/audit"] == {"partner.test": partner}
    assert found["shop/web"] == found["shop/edge"] == {}
    from_ = slices["shop/cart"]["allow"][0]["from"]
    assert from_["identities"] == ["spiffe://elsewhere.test/a", "spiffe://partner.test/z"]
    assert from_["prefixes"] == ["spiffe://partner.test/", "spiffe://partner.test/b/"]
    assert {one.code for one in linked.findings()} & {"MC213", "MC214"} == set()


CLIENTS = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest], when: {client: {cidr: [192.0.2.0/24]}}}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: plain, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [edge], operations: [rest], when: {source: {cidr: [192.0.2.0/24]}}}]
"""
EDGE = """\
---
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: %s, namespace: shop}
spec:
  listeners: [{name: web, port: 80, protocol: http}]
  routes: [{to: cart}, {name: plain, to: plain, match: ["GET /plain"]}]
  allow: [{from: [anonymous], when: {client: {cidr: [192.0.2.0/24]}}}]
"""


def test_a_service_that_asks_for_the_client_knows_every_gateway() -> None:
    head = FEDERATED.partition("  federation:")[0]
    text = f"{head}---\n{CLIENTS}{EDGE % 'edge'}{EDGE % 'back'}"
    linked = mesh.link([("mesh.yaml", text.encode())], [])
    slices = {name: json.loads(slice_)["inbound"] for name, slice_, _ in linked.emit().slices}
    gateways = [f"spiffe://example.test/ns/shop/sa/{name}" for name in ("back", "edge")]
    assert slices["shop/cart"]["gateways"] == gateways
    assert slices["shop/cart"]["allow"][0]["client"] == ["192.0.2.0/24"]
    # Nobody asks here, or there is nobody to ask.
    assert "gateways" not in slices["shop/plain"]
    assert "gateways" not in slices["shop/edge"]
    assert slices["shop/edge"]["allow"][0]["client"] == ["192.0.2.0/24"]
