"""Waivers: each hides one finding of one object until its day, or takes one guardrail out."""

import json

import pytest

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


def test_a_guardrail_is_taken_out_for_one_object_and_stays_for_others() -> None:
    waiver = WAIVER.replace("finding: MC501", "guardrail: no-debug")
    settings = ("meshc.toml", b'ignore = ["MC501"]')

    def compiled(*texts: str) -> dict[str, str]:
        done = compile_files([*files(*texts), settings], "c")
        assert done.fit, done.findings
        return {name: content.decode() for name, content, _ in done.slices}

    without, guarded = compiled(), compiled(GUARDRAIL)
    waived = compiled(GUARDRAIL, waiver)
    assert "guardrail shop/no-debug" in guarded["shop/cart"]
    assert waived["shop/cart"] == without["shop/cart"] != guarded["shop/cart"]
    assert waived["shop/web"] == guarded["shop/web"] != without["shop/web"]
    assert json.loads(waived["shop/web"])
    late = lint_files([*files(GUARDRAIL, waiver), settings], Asked(at="2027-02-01"))
    assert found(late) == [("MC912", "open")]
