"""Rules about users, asked through `eval`, `test` and `explain`, as whole processes."""

import json
from pathlib import Path

import pytest

from cli.test_verbs import meshc

INTENTS = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec: {trustDomain: example.test}
---
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys: {file: keys/corp.json}
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: pay, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations: {refund: {match: ["POST /refunds"]}}
  allow:
    - name: support
      from: [web]
      operations: [refund]
      user: {issuer: corp, claims: {groups: {has: support}, realm/level: {equals: 2}}}
  rateLimits: [{name: each, per: {issuer: corp}, rate: 5/s}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec: {calls: [{to: pay.refund}]}
---
apiVersion: meshc.dev/v1
kind: PolicyTest
metadata: {name: refunds, namespace: shop}
spec:
  tests:
    - name: support refunds
      request:
        {from: web, to: pay, method: POST, path: /refunds, user: {issuer: corp, claims:
          {groups: [support], realm: {level: 2}}}}
      expect: {verdict: allowed, rule: support}
    - name: a number in quotes is none
      request:
        {from: web, to: pay, method: POST, path: /refunds, user: {issuer: corp, claims:
          {groups: [support], realm: {level: "2"}}}}
      expect: {verdict: denied, status: 403}
    - name: without a token
      request: {from: web, to: pay, method: POST, path: /refunds}
      expect: {verdict: denied, status: 401}
    - name: a user of the issuer who says nothing
      request: {from: web, to: pay, method: POST, path: /refunds, user: {issuer: corp}}
      expect: {verdict: denied, status: 403}
"""
KEYS = {
    "keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]
}
SOUND = {"groups": ["support"], "realm": {"level": 2}}
ASK = ["eval", "--from", "shop/web", "--to", "shop/pay"]


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    (tmp_path / "mesh.yaml").write_text(INTENTS)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/corp.json").write_text(json.dumps(KEYS))
    return tmp_path


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (["--user", "corp:" + json.dumps(SOUND)], 200),
        (["--user", "corp:@claims.json"], 200),
        (["--user", "corp"], 403),
        (["--user", "other:" + json.dumps(SOUND)], 403),
        (["--user", 'corp:{"groups": "support", "realm": {"level": 2}}'], 403),
        ([], 401),
    ],
)
def test_eval_decides_for_a_user(mesh: Path, user: list[str], status: int) -> None:
    (mesh / "claims.json").write_text(json.dumps(SOUND))
    done = meshc(*ASK, *user, "--json", "POST", "/refunds", cwd=mesh)
    said = json.loads(done.stdout)
    assert said["status"] == status, said
    assert done.returncode == (0 if status == 200 else 1)
    if status == 200:
        assert said["steps"][-1]["limits"] == ["each"]


def test_eval_reads_users_of_a_file(mesh: Path) -> None:
    one = {"from": "shop/web", "to": "shop/pay", "method": "POST", "path": "/refunds"}
    users = [{"issuer": "corp", "claims": SOUND}, {"issuer": "corp"}, None]
    (mesh / "r.jsonl").write_text("\n".join(json.dumps({**one, "user": user}) for user in users))
    done = meshc("eval", "--file", "r.jsonl", "--json", cwd=mesh)
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == [200, 403, 401]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("corp:{", "the claims of --user are no JSON"),
        ("corp:[]", "`claims`, a JSON object"),
        (":{}", "a user is an `issuer`"),
        ("corp:@absent.json", "`absent.json`: no such file"),
        ("corp:@binary", "the claims of `binary` are no JSON"),
    ],
)
def test_a_user_that_is_none_is_said(mesh: Path, user: str, said: str) -> None:
    (mesh / "binary").write_bytes(b"\xff\xfe\xfd")
    done = meshc(*ASK, "--user", user, "POST", "/refunds", cwd=mesh)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_policy_tests_ask_for_users(mesh: Path) -> None:
    done = meshc("test", cwd=mesh)
    assert "4 passed, 0 failed" in done.stdout, done.stdout


def test_a_limit_by_claim_is_explained_with_its_default(mesh: Path) -> None:
    done = meshc("explain", "shop/pay", cwd=mesh)
    line = next(one for one in done.stdout.splitlines() if one.startswith("rateLimits.each.per"))
    assert "{issuer: corp, claim: sub}" in line
    assert "mesh.yaml:25" in line


def test_keys_that_no_longer_hold_stop_the_compiler(mesh: Path) -> None:
    (mesh / "keys/corp.json").write_text('{"keys": [{"kty": "oct", "k": "AQAB"}]}')
    done = meshc("lint", cwd=mesh)
    assert done.returncode == 1
    assert "MC409" in done.stdout + done.stderr
