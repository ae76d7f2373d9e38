"""`up`, `status`, `down` and `identity` with the real controller."""

import json
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from verb import meshc

pytestmark = pytest.mark.process
ADDRESS = "127.77.0.1:15912"


def test_an_identity_is_a_certificate_a_private_key_and_a_bundle(tmp_path: Path) -> None:
    words = ["identity", "issue", "shop/web", "--out", "web", "--state", "state"]
    refused = meshc(*words, cwd=tmp_path)
    assert refused.returncode == 2
    assert "trust domain" in refused.stderr
    done = meshc(*words, "--trust-domain", "example.test", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    certificate = x509.load_pem_x509_certificate((tmp_path / "web/certificate.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    assert uris == ["spiffe://example.test/ns/shop/sa/web"]
    root = x509.load_pem_x509_certificate((tmp_path / "web/bundle.pem").read_bytes())
    certificate.verify_directly_issued_by(root)
    assert stat.S_IMODE((tmp_path / "web/key.pem").stat().st_mode) == 0o600


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    assert meshc("init", "shop", cwd=tmp_path).returncode == 0
    identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.test",
        "-c",
        "commit.gpgsign=false",
    ]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *identity, *words], cwd=tmp_path / "shop", check=True)
    return tmp_path / "shop"


def test_a_controller_comes_up_says_how_it_stands_and_goes_down(repository: Path) -> None:
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()
    state = repository.parent / "state"
    words = ["up", ".", "--state", state, "--trust-commit", head, "--listen", ADDRESS]
    try:
        done = meshc(*words, cwd=repository)
        assert done.returncode == 0, done.stderr
        assert "height 1" in done.stdout
        again = meshc(*words, cwd=repository)
        assert again.returncode == 2
        assert "runs on" in again.stderr
        said = json.loads(meshc("status", "--state", state, "--json", cwd=repository).stdout)
        assert (said["commit"], said["height"]) == (head, 1)
        assert f"commit    {head}" in meshc("status", "--state", state, cwd=repository).stdout
    finally:
        down = meshc("down", "--state", state, cwd=repository)
    assert down.returncode == 0, down.stderr
    assert meshc("down", "--state", state, cwd=repository).returncode == 3


def test_a_controller_that_cannot_begin_says_why(tmp_path: Path) -> None:
    done = meshc(
        "up", "nowhere", "--state", tmp_path / "s", "--wait", "5", "--listen", "x", cwd=tmp_path
    )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("error: ")
    meshc("down", "--state", tmp_path / "s", cwd=tmp_path)
