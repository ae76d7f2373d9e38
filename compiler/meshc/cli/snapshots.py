"""Snapshots on disk: what `meshc compile` writes and `meshc eval --snapshot` reads.

A folder holds `manifest.json`, or `envelope.json` where it is signed, and every blob under
`blobs/`, named by its digest. It is written beside its place and moved there whole, so that a full
disk leaves what was there before.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meshc import snapshot
from meshc.cli import exits
from meshc.snapshot import atomic, digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from meshc.compiling import Compiled

MARKS: Final = ("manifest.json", "envelope.json")
"""Files of which a snapshot's folder has one."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A snapshot that was read back; every blob has the digest the manifest names."""

    commit: str
    slices: tuple[tuple[str, bytes, bytes], ...]
    callees: dict[str, bytes]
    """What the slices name, by digest."""


def lineage(compiled: Compiled) -> snapshot.Lineage:
    """Say where a mesh compiled by hand stands: a first snapshot, without parent."""
    return snapshot.Lineage(compiled.commit, 1, None)


def load_key(path: str) -> Ed25519PrivateKey:
    """Read an Ed25519 private key from PEM; fails in words, and never shows the key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(Path(path).read_bytes(), password=None)
    except (ValueError, TypeError):
        raise exits.Failure(f"`{path}` holds no private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise exits.Failure(f"`{path}` holds a key that is not Ed25519")
    return key


def local_key(path: Path) -> Ed25519PrivateKey:
    """Give the signing key of a state folder; one is made where there is none."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        atomic.write(path, pem, atomic.OWNER_ONLY)
    return load_key(str(path))


def write_public(path: Path, key: Ed25519PrivateKey) -> Path:
    """Write the public half of a key as PEM and give the path."""
    from cryptography.hazmat.primitives import serialization

    path.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return path


def write(folder: Path, compiled: Compiled, key: Ed25519PrivateKey | None) -> str:
    """Write a snapshot whole; gives the digest of its manifest."""
    with replacing(folder) as fresh:
        (fresh / "blobs").mkdir()
        payload = snapshot.write_blobs(compiled.mesh, lineage(compiled), fresh / "blobs")
        if key:
            (fresh / "envelope.json").write_bytes(snapshot.seal(payload, key))
        else:
            (fresh / "manifest.json").write_bytes(payload)
    return digest(payload)


def named(slice_: bytes) -> list[str]:
    """Give the digests of the callees that a slice names; raises `ValueError`."""
    from meshc._native import callees  # the extension is loaded only when something is compiled

    return callees(slice_)


def write_offline(folder: Path, compiled: Compiled, workload: str, key: Ed25519PrivateKey) -> None:
    """Write what a proxy without a controller starts from: its own slice, signed, and callees."""
    content, places = next((s, p) for name, s, p in compiled.slices if name == workload)
    payload = snapshot.seal(
        snapshot.manifest_of(compiled.emit() or compiled.mesh, lineage(compiled)), key
    )
    with replacing(folder) as fresh:
        (fresh / "envelope.json").write_bytes(payload)
        (fresh / "slice.json").write_bytes(content)
        (fresh / "places.json").write_bytes(places)
        (fresh / "callees").mkdir()
        for name in named(content):
            (fresh / "callees" / name).write_bytes(compiled.callees[name])


@contextlib.contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes another's place at the end; the old one stays until then."""
    if folder.exists() and not any((folder / name).exists() for name in MARKS):
        raise exits.Failure(f"`{folder}` exists and holds no snapshot; it is left alone")
    fresh, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        yield fresh
        os.sync()  # once for all: a folder of a large mesh has tens of thousands of files
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def read(path: str) -> Stored:
    """Read a snapshot; fails where a blob is missing or is not what the manifest names.

    A signature is not checked here: nothing is enforced, and whoever holds the folder may look.
    """
    folder = Path(path)
    found = next((folder / name for name in MARKS if (folder / name).exists()), None)
    if found is None:
        raise exits.Failure(f"`{path}` holds no snapshot", exits.NO_INPUT)
    try:
        content: Any = json.loads(found.read_bytes())
        if found.name == "envelope.json":
            content = json.loads(base64.b64decode(content["payload"], validate=True))
        slices = tuple(
            (entry["workload"], blob(folder, entry["slice"]), blob(folder, entry["places"]))
            for entry in content["slices"]
        )
        callees = {name for _, slice_, _ in slices for name in named(slice_)}
        return Stored(content["commit"], slices, {name: blob(folder, name) for name in callees})
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise exits.Failure(f"`{found}` is no manifest of a snapshot", exits.UNREADABLE) from None


def blob(folder: Path, name: str) -> bytes:
    """Read a blob and hold it against its name."""
    if "/" in name:
        raise exits.Failure(f"`{folder}` names a blob outside itself", exits.UNREADABLE)
    content = (folder / "blobs" / name).read_bytes()
    if digest(content) != name:
        raise exits.Failure(f"blob {name} of `{folder}` is damaged", exits.UNREADABLE)
    return content
