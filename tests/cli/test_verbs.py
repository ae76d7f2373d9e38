"""The verbs on the repository that `meshc init` writes, as whole processes."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from verb import ROOT, meshc


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    assert meshc("init", "shop", cwd=tmp_path).returncode == 0
    return tmp_path / "shop"


def test_what_init_writes_is_clean_and_tested(shop: Path) -> None:
    lint = meshc("lint", "--fail-on", "info", cwd=shop)
    assert (lint.returncode, lint.stdout) == (0, "")
    test = meshc("test", cwd=shop)
    assert test.returncode == 0
    assert test.stdout.endswith("3 passed, 0 failed\n")


def test_init_overwrites_nothing(shop: Path) -> None:
    (shop / "mesh.yaml").write_text("mine")
    (shop / "shop/web.yaml").unlink()
    done = meshc("init", cwd=shop)
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert (shop / "mesh.yaml").read_text() == "mine"
    assert not (shop / "shop/web.yaml").exists()


def test_eval_tells_verdict_operation_destination_and_places(shop: Path) -> None:
    words = ["eval", "--from", "shop/web", "--to", "shop/cart", "GET", "/carts/7"]
    done = meshc(*words, cwd=shop)
    assert done.returncode == 0
    for line in ("verdict      allowed", "operation    read", "rule shoppers at shop/cart.yaml:16"):
        assert line in done.stdout
    said = json.loads(meshc(*words, "--json", cwd=shop).stdout)
    assert said["verdict"] == "allowed"
    assert said["destination"] == "shop/cart"
    assert [step["side"] for step in said["steps"]] == ["caller", "callee"]


def test_eval_names_the_rule_that_almost_matched(shop: Path) -> None:
    words = ["eval", "--from", "shop/web", "--to", "shop/cart", "DELETE", "/carts/7", "--json"]
    done = meshc(*words, cwd=shop)
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert (said["verdict"], said["status"], said["operation"]) == ("denied", 403, "empty")
    assert said["reason"]["nearest"]["rule"] == "shoppers"
    assert said["reason"]["nearest"]["place"]["file"] == "shop/cart.yaml"


def test_eval_reads_a_file_of_requests(shop: Path) -> None:
    rows = [
        {"from": "shop/web", "to": "shop/cart", "path": "/carts/7"},
        {"to": "shop/cart", "path": "/carts/7"},
        {"from": "shop/cart", "to": "shop/cart", "path": "/carts/%2F"},
    ]
    (shop / "r.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    done = meshc("eval", "--file", "r.jsonl", "--json", cwd=shop)
    verdicts = [json.loads(line)["steps"][-1]["verdict"] for line in done.stdout.splitlines()]
    assert verdicts == ["allowed", "denied", "bad-request"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--to", "shop/crt", "GET", "/"],
            "`shop/crt` is no workload of this mesh; did you mean `shop/cart`?",
        ),
        (["--to", "shop/web", "GET", "/"], "`shop/web` has no ports"),
        (["--to", "shop/cart", "--port", "x", "GET", "/"], "no port named `x`"),
        (["--to", "shop/cart", "--at", "yesterday", "GET", "/"], "no RFC 3339 instant"),
        (["--to", "shop/cart", "--header", "x", "GET", "/"], "`x` is no header"),
        (["GET", "/"], "give --to"),
    ],
)
def test_a_question_that_is_none_is_said(shop: Path, words: list[str], said: str) -> None:
    done = meshc("eval", *words, cwd=shop)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"to": 1}', '{"to": "shop/cart", "x": 1}', '{"to": "a/b", "draw": -1}']
)
def test_a_line_that_is_no_request_is_said(shop: Path, line: str) -> None:
    (shop / "r.jsonl").write_text(line)
    done = meshc("eval", "--file", "r.jsonl", cwd=shop)
    assert done.returncode == 2
    assert "line 1" in done.stderr


def test_a_test_that_fails_says_what_it_got_and_why(shop: Path) -> None:
    tests = shop / "shop/tests.yaml"
    tests.write_text(tests.read_text().replace("operation: read", "operation: add"))
    done = meshc("test", cwd=shop)
    assert done.returncode == 1
    assert "FAIL shop/carts: the shop reads a cart" in done.stdout
    assert "expected operation add, got read" in done.stdout
    assert "at shop/tests.yaml:8" in done.stdout
    assert done.stdout.endswith("2 passed, 1 failed\n")


def test_a_snapshot_is_the_same_bytes_and_decides_the_same(shop: Path) -> None:
    one = meshc(
        "compile", "--out", "../one", cwd=shop, LC_ALL="C", TZ="Asia/Tokyo", PYTHONHASHSEED="1"
    )
    two = meshc("compile", "--out", "../two", cwd=shop, PYTHONHASHSEED="2")
    assert one.returncode == 0
    assert one.stdout == two.stdout == meshc("compile", cwd=shop).stdout
    files = {
        path.relative_to(shop.parent / "one"): path.read_bytes()
        for path in (shop.parent / "one").rglob("*")
        if path.is_file()
    }
    assert len(files) == 6, "the manifest, two slices, their places, and what the caller calls"
    assert all(
        (shop.parent / "two" / path).read_bytes() == content for path, content in files.items()
    )
    words = ["--from", "shop/web", "--to", "shop/cart", "GET", "/carts/7", "--json"]
    assert (
        meshc("eval", "--snapshot", "../one", *words, cwd=shop).stdout
        == meshc("eval", *words, cwd=shop).stdout
    )


def test_a_signed_snapshot_is_a_dsse_envelope(shop: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (shop / "k.pem").write_bytes(pem)
    assert meshc("compile", "--out", "../out", "--key", "k.pem", cwd=shop).returncode == 0
    envelope = json.loads((shop / "../out/envelope.json").read_text())
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    key.public_key().verify(base64.b64decode(envelope["signatures"][0]["sig"]), message)
    assert json.loads(payload)["commit"] == "worktree"


def test_what_is_no_snapshot_is_left_alone_and_a_damaged_one_is_refused(shop: Path) -> None:
    (shop / "shop/kept.txt").write_text("mine")
    done = meshc("compile", "--out", "shop", cwd=shop)
    assert done.returncode == 2
    assert (shop / "shop/kept.txt").read_text() == "mine"
    meshc("compile", "--out", "../out", cwd=shop)
    for blob in (shop / "../out/blobs").iterdir():
        blob.write_bytes(b"{}")
    done = meshc("eval", "--snapshot", "../out", "--to", "shop/cart", "GET", "/", cwd=shop)
    assert done.returncode == 4
    assert "is damaged" in done.stderr


def test_a_full_disk_leaves_the_old_snapshot(shop: Path) -> None:
    meshc("compile", "--out", "../out", cwd=shop)
    before = (shop / "../out/manifest.json").read_bytes()
    cart = shop / "shop/cart.yaml"
    cart.write_text(cart.read_text().replace("[read, add]", "[read]"))
    web = shop / "shop/web.yaml"
    web.write_text(web.read_text().replace(", {to: cart.add}", ""))
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"ulimit -f 1; trap '' XFSZ; exec {sys.executable} -m meshc compile --out ../out",
        ],
        cwd=shop,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/compiler", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    assert (shop / "../out/manifest.json").read_bytes() == before


def test_defaults_come_from_the_engine(shop: Path) -> None:
    said = meshc("explain", "--defaults", cwd=shop).stdout
    assert "requests.timeout" in said
    assert "15s" in said
