"""Waivers: each hides one finding of one object until its day, or puts one guardrail off."""

import json
from typing import Any

import pytest

from meshc._native import Decider, needs
from meshc.compiling import Linted, compile_files, lint_files
from meshc.policy.judging import Asked
from meshc.rules.rule import PRELUDE

SERVICE = """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: NAME, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  allow: [{from: [anyone]}]
---
"""
WAIVER = """\
apiVersion: meshc.dev/v1
kind: Waiver
metadata: {name: open, namespace: shop}
spec:
  finding: MC501
  object: {kind: ServiceIntent, name: cart}
  reason: teams are known in January
  owner: team-shop
  until: "2027-01-31"
"""
GUARDRAIL = """\
apiVersion: meshc.dev/v1
kind: Guardrail
metadata: {name: no-debug, namespace: shop}
spec:
  deny: [{match: ["ANY /debug/**"]}]
---
"""


def files(*texts: str) -> list[tuple[str, bytes]]:
    both = "".join(SERVICE.replace("NAME", name) for name in ("cart", "web"))
    return [("a.yaml", (both + "".join(texts)).encode()), ("mesh.yaml", PRELUDE.encode())]


def lint(waiver: str, at: str | None = None) -> Linted:
    return lint_files(files(waiver), Asked(at=at))


def found(linted: Linted) -> list[tuple[str, str]]:
    return [(one.code, one.message.split("`")[1]) for one in linted.findings if one.code != "MC212"]


def test_it_hides_one_finding_of_one_object() -> None:
    linted = lint(WAIVER)
    assert found(linted) == [("MC501", "shop/web")]
    (hidden,) = linted.suppressed
    assert (hidden.by, hidden.inline) == ("waiver", False)
    assert hidden.reason == "teams are known in January (Waiver `open`)"


def test_it_ends_on_its_day() -> None:
    assert found(lint(WAIVER, "2027-01-30")) == [("MC501", "shop/web")]
    ended = [("MC501", "shop/cart"), ("MC501", "shop/web"), ("MC912", "open")]
    assert found(lint(WAIVER, "2027-01-31")) == ended


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MC501", "MC502", "Waiver `open` hides nothing: `MC502` does not find its object"),
        ("MC501", "MC599", "`MC599` is no rule, so nothing is hidden"),
        ("MC501", "MC201", "`MC201` cannot be hidden: what it finds keeps a mesh from being"),
    ],
)
def test_one_that_hides_nothing_is_said(old: str, new: str, said: str) -> None:
    linted = lint(WAIVER.replace(old, new))
    (unused,) = (one for one in linted.findings if one.code == "MC910")
    assert unused.message.startswith(said)
    assert len([one for one in linted.findings if one.code == "MC501"]) == 2


def test_half_a_waiver_hides_nothing() -> None:
    for part in ("reason: teams are known in January", "owner: team-shop", 'until: "2027-01-31"'):
        linted = lint(WAIVER.replace(f"  {part}\n", ""))
        assert "MC102" in [one.code for one in linted.findings]
        assert linted.suppressed == ()


SETTINGS = ("meshc.toml", b'ignore = ["MC501"]')
WAIVED = WAIVER.replace("finding: MC501", "guardrail: no-debug")
END = 1_801_353_600
"""2027-01-31T00:00:00Z."""


def compiled(*texts: str) -> dict[str, tuple[bytes, bytes]]:
    done = compile_files([*files(*texts), SETTINGS], "c")
    assert done.fit, done.findings
    assert not done.callees, "nobody calls anybody"
    return {name: (content, places) for name, content, places in done.slices}


def test_a_guardrail_is_put_off_for_one_object_and_stays_for_others() -> None:
    guarded, waived = compiled(GUARDRAIL), compiled(GUARDRAIL, WAIVED)
    (rule,) = json.loads(waived["shop/cart"][0])["inbound"]["guardrails"]
    assert (rule["name"], rule.pop("since")) == ("guardrail shop/no-debug", END)
    assert json.loads(guarded["shop/cart"][0])["inbound"]["guardrails"] == [rule]
    assert waived["shop/web"][0] == guarded["shop/web"][0]
    assert "rules/since" in needs(waived["shop/cart"][0])
    assert "rules/since" not in needs(waived["shop/web"][0])
    late = lint_files([*files(GUARDRAIL, WAIVED), SETTINGS], Asked(at="2027-02-01"))
    assert found(late) == [("MC912", "open")]


def test_a_waived_guardrail_denies_by_itself_once_its_waiver_is_over() -> None:
    decider = Decider(*compiled(GUARDRAIL, WAIVED)["shop/cart"], "c")

    def said(now: int) -> Any:
        asked = {"from": "spiffe://example.test/ns/shop/sa/web", "host": "cart.shop"}
        asked |= {"method": "GET", "target": "/debug/vars", "now": now}
        return json.loads(decider.inbound(json.dumps(asked)))

    before, after = said(END - 1), said(END)
    assert (before["verdict"], before["rule"]) == ("allowed", "allow[0]")
    assert before["reason"]["later"] == {
        "at": "2027-01-31T00:00:00Z",
        "rule": "guardrail shop/no-debug",
        "place": after["reason"]["place"],
    }
    assert (after["status"], after["rule"]) == (403, "guardrail shop/no-debug")
    assert "later" not in after["reason"]


def test_of_several_waivers_the_last_to_end_holds() -> None:
    sooner = "---\n" + WAIVED.replace("name: open", "name: aaa").replace("01-31", "01-01")
    later = "---\n" + WAIVED.replace("name: open", "name: zzz").replace("2027-01-31", "2026-12-01")
    (rule,) = json.loads(compiled(GUARDRAIL, WAIVED, sooner, later)["shop/cart"][0])["inbound"][
        "guardrails"
    ]
    assert rule["since"] == END


def test_what_a_guardrail_requires_is_waived_until_the_waiver_is_gone() -> None:
    requires = GUARDRAIL.replace("deny: [{match:", "require: {owner: true}\n  deny: [{match:")
    codes = [one.code for one in lint_files([*files(requires, WAIVED), SETTINGS]).findings]
    assert codes.count("MC541") == 1
    late = lint_files([*files(requires, WAIVED), SETTINGS], Asked(at="2027-02-01"))
    (told,) = (one for one in late.findings if one.code == "MC912")
    assert told.message.endswith("only what its guardrail requires is still not asked for")
