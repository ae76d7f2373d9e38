"""Verbs in an Environment, as whole processes."""

import json
from pathlib import Path

import pytest
from verb import meshc

INTENTS = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec: {trustDomain: example.test}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: team-cart
  ports: [{name: api, port: 8080, protocol: http}]
  operations: {read: {match: ["GET /carts/**"]}}
  allow: [{name: reads, from: [web], operations: [read]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec: {owner: team-web, calls: [{to: cart.read}]}
---
apiVersion: meshc.dev/v1
kind: PolicyTest
metadata: {name: reading, namespace: shop}
spec:
  tests:
    - name: web reads
      request: {from: web, to: cart, method: GET, path: /carts/7}
      expect: {verdict: allowed}
"""
ENVIRONMENTS = """\
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: closed}
spec:
  patches:
    - name: nobody-reads
      target: {kind: ServiceIntent, namespace: shop, name: cart}
      merge: {spec: {deny: [{name: closed, match: ["ANY /**"]}], requests: {timeout: 3s}}}
---
apiVersion: meshc.dev/v1
kind: Environment
metadata: {name: wrong}
spec:
  patches:
    - name: typo
      target: {kind: ServiceIntent, namespace: shop, name: cart}
      merge: {spec: {request: {timeout: 3s}}}
"""
READ = ("--from", "shop/web", "--to", "shop/cart", "GET", "/carts/7")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(INTENTS)
    (tmp_path / "environments.yaml").write_text(ENVIRONMENTS)
    return tmp_path


def test_a_request_is_decided_in_the_environment_that_is_named(shop: Path) -> None:
    assert "allowed" in meshc("eval", *READ, cwd=shop).stdout
    done = meshc("eval", "--env", "closed", *READ, cwd=shop)
    assert done.returncode == 1
    assert "deny rule `closed` matches" in done.stdout
    assert "environments.yaml:8" in done.stdout


def test_policy_tests_run_in_it(shop: Path) -> None:
    assert meshc("test", cwd=shop).returncode == 0
    assert "1 failed" in meshc("test", "--env", "closed", cwd=shop).stdout


def test_lint_looks_at_all_and_says_where(shop: Path) -> None:
    done = meshc("lint", "--format", "concise", cwd=shop)
    assert done.returncode == 1
    assert "environments.yaml:17:22: MC101 in environment `wrong`: `request`" in done.stdout
    alone = meshc("lint", "--env", "wrong", "--format", "concise", cwd=shop)
    assert "MC101 `request` is not a field here" in alone.stdout
    assert meshc("lint", "--env", "closed", cwd=shop).returncode == 0


def test_each_compiles_to_its_own_digest(shop: Path) -> None:
    base, closed = (meshc("compile", *words, cwd=shop) for words in ((), ("--env", "closed")))
    assert (base.returncode, closed.returncode) == (0, 0)
    assert base.stdout != closed.stdout
    assert meshc("compile", "--env", "wrong", cwd=shop).returncode == 1


def test_an_environment_that_is_not_there_is_said_in_one_line(shop: Path) -> None:
    for verb in (("lint",), ("compile",), ("test",), ("eval", *READ), ("render",)):
        done = meshc(*verb, "--env", "prod", cwd=shop)
        assert done.returncode == 2
        assert done.stderr.endswith("there are: `closed`, `wrong`\n")


def test_values_and_documents_are_shown_with_their_places(shop: Path) -> None:
    told = meshc("explain", "--env", "closed", "shop/cart", cwd=shop).stdout
    [line] = [one for one in told.splitlines() if one.startswith("requests.timeout")]
    assert line.split()[1:] == ["3s", "environments.yaml:8"]
    shown = meshc("render", "--env", "closed", "shop/cart", cwd=shop)
    assert shown.returncode == 0
    assert '    timeout: "3s"  # environments.yaml:8\n' in shown.stdout
    assert "      mtls: strict  # default: closed by default\n" in shown.stdout
    assert "owner: team-cart  # shop.yaml:10\n" in shown.stdout
    told = meshc("render", "--env", "closed", "--output", "json", cwd=shop).stdout
    assert [one["name"] for one in json.loads(told)] == ["example", "cart", "web", "reading"]
    assert meshc("render", "shop/crat", cwd=shop).returncode == 2
    assert meshc("render", "--env", "wrong", cwd=shop).returncode == 1
