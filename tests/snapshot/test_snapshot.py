"""Manifests, their signatures, and files written whole."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from meshc import compiling, snapshot
from meshc._native import canonical_json, needs
from meshc.repo import Folder
from meshc.snapshot import atomic

ROOT = Path(__file__).resolve().parents[2]
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


@given(st.binary(max_size=200))
def test_what_is_sealed_is_unsealed(payload: bytes) -> None:
    sealed = snapshot.seal(payload, KEY)
    assert snapshot.unseal(sealed, [OTHER.public_key(), KEY.public_key()]) == payload


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("payload", base64.b64encode(b"{}x").decode()),
        ("payload", "no base64!"),
        ("payloadType", "text/plain"),
        ("signatures", []),
        ("signatures", None),
        ("signatures", [{"keyid": snapshot.key_id(KEY.public_key()), "sig": "AAAA"}]),
    ],
)
def test_a_tampered_envelope_is_not_trusted(field: str, value: object) -> None:
    sealed = json.loads(snapshot.seal(b"{}", KEY))
    sealed[field] = value
    with pytest.raises(snapshot.Untrusted):
        snapshot.unseal(json.dumps(sealed).encode(), [KEY.public_key()])


def test_another_key_and_no_key_trust_nothing() -> None:
    sealed = snapshot.seal(b"{}", KEY)
    with pytest.raises(snapshot.Untrusted, match="none of the given keys"):
        snapshot.unseal(sealed, [OTHER.public_key()])
    with pytest.raises(snapshot.Untrusted, match="no key"):
        snapshot.unseal(sealed, [])


def test_a_manifest_is_canonical_and_names_what_was_emitted() -> None:
    files = Folder(str(ROOT / "examples/boutique")).files()
    compiled = compiling.compile_files(files, "c" * 40)
    lineage = snapshot.Lineage("c" * 40, 7, "sha256:" + "0" * 64)
    made = snapshot.manifest_of(compiled.mesh, lineage)
    assert canonical_json(made) == made
    assert (emitted := compiled.emit()) is not None
    assert snapshot.manifest_of(emitted, lineage) == made, "held or not"
    content = json.loads(made)
    assert content["height"] == 7
    assert content["trustDomain"] == "boutique.test"
    assert content["slices"] == [
        {
            "workload": name,
            "slice": snapshot.digest(slice_),
            "places": snapshot.digest(places),
        }
        for name, slice_, places in compiled.slices
    ]
    needed = {name for _, body, _ in compiled.slices for name in needs(body, compiled.callees)}
    assert content["capabilities"] == sorted(needed)


def test_what_is_compiled_is_emitted_once_and_only_where_it_is_asked_for() -> None:
    compiled = compiling.compile_files(Folder(str(ROOT / "examples/boutique")).files(), "c" * 40)
    assert compiled.emit() is compiled.emit()
    assert compiled.slices is compiled.slices
    unfit = compiling.compile_files([("a.yaml", b"kind: ServiceIntent\n")], "c" * 40)
    assert (unfit.emit(), unfit.slices, unfit.callees) == (None, (), {})


def test_a_manifest_of_nothing_is_one_too() -> None:
    lineage = snapshot.Lineage("worktree", 1, None)
    mesh = compiling.compile_files([], "worktree").mesh
    made = snapshot.manifest_of(mesh, lineage)
    assert snapshot.manifest_of(mesh.emit(), lineage) == made
    assert (json.loads(made)["slices"], json.loads(made)["trustDomain"]) == ([], "")


def test_blobs_are_written_under_the_names_of_the_manifest(tmp_path: Path) -> None:
    compiled = compiling.compile_files(Folder(str(ROOT / "examples/boutique")).files(), "c" * 40)
    lineage = snapshot.Lineage("c" * 40, 1, None)
    made = snapshot.write_blobs(compiled.mesh, lineage, tmp_path)
    assert made == snapshot.manifest_of(compiled.mesh, lineage)
    wanted = {snapshot.digest(one): one for _, *both in compiled.slices for one in both}
    wanted |= compiled.callees
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == wanted
    with pytest.raises(FileNotFoundError):
        snapshot.write_blobs(compiled.mesh, lineage, tmp_path / "missing")


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "state.json"
    atomic.write(target, b"old", atomic.OWNER_ONLY)
    assert target.stat().st_mode & 0o777 == 0o600
    program = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from meshc.snapshot import atomic\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try: atomic.write(Path(sys.argv[1]), b'x' * 5000)\n"
        "except OSError as error: sys.exit(f'said {error.errno}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, target],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{ROOT}/compiler"},
    )
    assert done.stderr.strip().startswith("said ")
    assert target.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]
