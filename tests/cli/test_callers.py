"""`eval` and `test` of callers that are not ours, and of clients behind a gateway."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOTS = ROOT / "tests/link/cases/callers_of_other_trust_domains/trust/partner.pem"
PARTNER = "spiffe://partner.test/batch/night"
INTENTS = f"""\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {{name: shop}}
spec:
  trustDomain: shop.test
  federation: [{{trustDomain: partner.test, bundle: {{file: trust/partner.pem}}}}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {{name: cart, namespace: shop}}
spec:
  owner: carts
  ports: [{{name: api, port: 8080, protocol: http}}]
  allow:
    - {{name: office, from: [edge], operations: [rest], when: {{client: {{cidr: [192.0.2.0/24]}}}}}}
    - {{name: partner, from: [{{identity: "spiffe://partner.test/batch/*"}}], operations: [rest]}}
---
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {{name: edge, namespace: shop}}
spec:
  owner: edge
  listeners: [{{name: web, port: 80, protocol: http}}]
  routes: [{{to: cart}}]
  allow: [{{from: [anonymous]}}]
---
apiVersion: meshc.dev/v1
kind: PolicyTest
metadata: {{name: callers, namespace: shop}}
spec:
  tests:
    - name: partners read
      request: {{from: "{PARTNER}", to: cart, method: GET, path: /}}
      expect: {{verdict: allowed, rule: partner}}
    - name: others do not
      request: {{from: "spiffe://partner.test/web", to: cart, method: GET, path: /}}
      expect: {{verdict: denied, status: 403}}
    - name: the office reads
      request: {{to: edge, method: GET, path: /, client: 192.0.2.1}}
      expect: {{verdict: allowed, destination: cart}}
    - name: nobody else does
      request: {{to: edge, method: GET, path: /, client: 192.0.3.1}}
      expect: {{verdict: denied, status: 403}}
"""


def meshc(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a verb."""
    path = f"{ROOT}/compiler:{ROOT}/runtime"
    return subprocess.run(
        [sys.executable, "-m", "meshc", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with a partner's roots."""
    (tmp_path / "trust").mkdir()
    shutil.copy(ROOTS, tmp_path / "trust/partner.pem")
    (tmp_path / "trust/stray.pem").write_bytes(b"\xff\0 nobody names this")
    (tmp_path / "intents.yaml").write_text(INTENTS)
    return tmp_path


def test_policy_tests_name_partners_and_clients(shop: Path) -> None:
    lint = meshc("lint", cwd=shop)
    assert (lint.returncode, lint.stdout) == (0, "")
    done = meshc("test", cwd=shop)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "4 passed, 0 failed")


@pytest.mark.parametrize(
    ("words", "allowed", "said"),
    [
        (["--from", PARTNER, "--to", "shop/cart"], True, "rule partner"),
        (
            ["--from", "spiffe://partner.test/web", "--to", "shop/cart"],
            False,
            "caller is spiffe://partner.test/web, rule allows spiffe://partner.test/batch/*",
        ),
        (["--to", "shop/edge", "--client", "192.0.2.7"], True, "rule office"),
        (["--to", "shop/edge", "--source", "192.0.2.7"], True, "rule office"),
        (
            ["--to", "shop/edge", "--client", "192.0.3.7", "--source", "192.0.2.7"],
            False,
            "client address is 192.0.3.7, rule allows 192.0.2.0/24",
        ),
        (["--to", "shop/edge"], False, "client address is unknown, rule allows 192.0.2.0/24"),
    ],
)
def test_eval_names_partners_and_clients(
    shop: Path, words: list[str], allowed: bool, said: str
) -> None:
    done = meshc("eval", *words, "GET", "/", cwd=shop)
    assert (done.returncode == 0) == allowed, done.stdout
    assert said in done.stdout


def test_a_line_of_a_file_names_a_client(shop: Path) -> None:
    lines = [{"to": "shop/edge", "client": one} for one in ("192.0.2.1", "192.0.3.1", "nobody")]
    (shop / "good").write_text("\n".join(map(json.dumps, lines[:2])))
    done = meshc("eval", "--file", "good", "--json", cwd=shop)
    assert [json.loads(one)["verdict"] for one in done.stdout.splitlines()] == ["allowed", "denied"]
    (shop / "bad").write_text(json.dumps(lines[2]))
    done = meshc("eval", "--file", "bad", cwd=shop)
    assert (done.returncode, done.stderr) == (2, "error: `nobody` is no IP address\n")
