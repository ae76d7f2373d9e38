"""Who is called by nobody, where not everything was understood (MC212)."""

from __future__ import annotations

import pytest

from meshc import mesh
from meshc.rules.references.mc212_orphan_service import check

HEAD = "apiVersion: meshc.dev/v1\n"
PLATFORM = HEAD + "kind: Mesh\nmetadata: {name: m}\nspec: {trustDomain: t.test}\n"


def service(name: str, spec: str = "") -> str:
    """Write a service of namespace `shop`."""
    fields = f"\n  {spec}" if spec else " {}"
    return (
        f"{HEAD}kind: ServiceIntent\nmetadata: {{name: {name}, namespace: shop}}\nspec:{fields}\n"
    )


STOCK = service(
    "stock",
    "ports: [{name: api, port: 80, protocol: http}]\n"
    '  operations: {read: {match: ["GET /"]}}\n'
    "  allow: [{from: [shelf], operations: [read]}]",
)
BILLING = service("billing", "ports: [{name: api, port: 80, protocol: http}]")
GUARDRAIL = HEAD + "kind: Guardrail\nmetadata: {name: stok, namespace: shop}\n"
METRICS = (
    HEAD + "kind: Baseline\nmetadata: {name: base, namespace: shop}\nspec:\n"
    '  operations: {metrics: {match: ["GET /metrics"]}}\n'
)
BANK = (
    HEAD + "kind: ExternalIntent\nmetadata: {name: bank, namespace: shop}\nspec:\n"
    "  hosts: [bank.test]\n  ports: [{name: https, port: 443, protocol: tls}]\n"
)


def shelf(call: str) -> str:
    """Write the only caller."""
    return service("shelf", f"calls: [{call}]")


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        pytest.param([shelf("{to: stock.read}")], {"billing"}, id="understood"),
        pytest.param([shelf("{to: stokc.read}")], {"billing"}, id="a near name"),
        pytest.param([shelf("{to: shpo/stock.read}")], {"billing"}, id="of another namespace"),
        pytest.param([shelf("{to: stock.raed}")], {"billing"}, id="an unknown operation"),
        pytest.param([shelf("{to: bnak}"), BANK], {"billing", "stock"}, id="near what is outside"),
        pytest.param([shelf("{to: warehouse}")], set(), id="a name unlike all others"),
        pytest.param([shelf("{to: stock, timeout: 5x}")], set(), id="calls that are unclear"),
        pytest.param([shelf("{to: stock}").replace("Intent", "Intend")], set(), id="lost"),
        pytest.param([shelf("{to: stock}").replace("name: shelf, ", "")], set(), id="no name"),
        pytest.param([shelf("{to: stock}") + "  calls: [\n"], set(), id="unread"),
        pytest.param(
            [service("shelf"), service("shelf", "calls: [{to: stock}]")], set(), id="there twice"
        ),
        pytest.param(
            [shelf("{to: stock}").replace(", namespace: shop", "")], set(), id="no namespace"
        ),
        pytest.param([shelf("{to: stock}") + GUARDRAIL], set(), id="no mark between two"),
        pytest.param(
            [shelf("{to: stock.read}"), GUARDRAIL], {"billing"}, id="what cannot call is lost"
        ),
        pytest.param(
            [shelf('{to: "*/*.metrcs"}, {to: stock.read}'), METRICS],
            {"billing"},
            id="of everybody, misspelt",
        ),
    ],
)
def test_nobody_is_an_orphan_who_may_have_been_meant(others: list[str], wanted: set[str]) -> None:
    files = [PLATFORM, STOCK, BILLING, *others]
    linked = mesh.link([(f"{at}.yaml", text.encode()) for at, text in enumerate(files)], [])
    found = {one.message.split("`")[1].removeprefix("shop/") for one in check(linked)}
    assert found == wanted


def test_what_calls_something_unknown_is_no_orphan() -> None:
    files = [PLATFORM, service("shelf", 'calls: [{to: "*/*.metrcs"}]'), METRICS]
    linked = mesh.link([(f"{at}.yaml", text.encode()) for at, text in enumerate(files)], [])
    assert linked.table("services").column("callees") == [None]
    assert list(check(linked)) == []


def test_what_is_unclear_is_not_counted() -> None:
    wrong = service("stock", "prts: [{name: api}]\n  alow: [{from: [shelf]}]\n  cals: [{to: x}]")
    linked = mesh.link([("a.yaml", PLATFORM.encode()), ("b.yaml", wrong.encode())], [])
    services = linked.table("services")
    assert [services.column(name) for name in ("ports", "allow", "callees")] == [[None]] * 3
