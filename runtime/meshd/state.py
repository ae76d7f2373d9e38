"""What survives a restart: accepted snapshot, blobs, signing key; one folder, owner only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc.snapshot import atomic, digest
from meshd.step import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE_BITS = 0o077
"""Rights that nobody but the owner of a key may have."""


class Damaged(Exception):
    """A state folder that cannot be trusted: says which file, why and what to do."""


@dataclass(frozen=True, slots=True)
class Store:
    """A state folder."""

    folder: Path

    def prepare(self) -> None:
        """Make the folder and those in it; raises `OSError`."""
        for name in ("", "blobs", "manifests", "tokens", "ca"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def accepted(self) -> Snapshot | None:
        """Give the snapshot that was the mesh when the controller ended; raises `Damaged`."""
        path = self.folder / "state.json"
        try:
            content = json.loads(path.read_bytes())
            found = snapshot_of(content)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise Damaged(
                f"{path} is damaged; restore it from a backup, or remove the folder to "
                "begin anew with `--trust-commit`"
            ) from None
        if not (self.folder / "manifests" / found.manifest).exists():
            raise Damaged(f"{path} names {found.manifest}, which is not in {self.folder}/manifests")
        return found

    def accept(self, snapshot: Snapshot) -> None:
        """Remember the snapshot that is the mesh now; its height never falls."""
        before = self.accepted()
        if before is not None and snapshot.height < before.height:
            raise Damaged(f"height {snapshot.height} is below {before.height}; it is not stored")
        content = {
            "commit": snapshot.commit,
            "height": snapshot.height,
            "manifest": snapshot.manifest,
        }
        atomic.write(self.folder / "state.json", json.dumps(content).encode(), atomic.OWNER_ONLY)

    def put_blob(self, content: bytes) -> str:
        """Store a blob under its digest and give that."""
        name = digest(content)
        path = self.folder / "blobs" / name
        if not path.exists():
            atomic.write(path, content, atomic.OWNER_ONLY)
        return name

    def put_manifest(self, payload: bytes, envelope: bytes) -> str:
        """Store an envelope under the digest of its manifest and give that."""
        name = digest(payload)
        atomic.write(self.folder / "manifests" / name, envelope, atomic.OWNER_ONLY)
        return name

    def signing_key(self) -> Ed25519PrivateKey:
        """Give the key that signs manifests; made once, its public half in `signing.pub`."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        path = self.folder / "signing.key"
        if not path.exists():
            made = Ed25519PrivateKey.generate()
            atomic.write(path, private_pem(made), atomic.OWNER_ONLY)
        key = load_private(path)
        if not isinstance(key, Ed25519PrivateKey):
            raise Damaged(f"{path} holds a key that is not Ed25519")
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        atomic.write(self.folder / "signing.pub", public)
        return key


def snapshot_of(content: dict[str, object]) -> Snapshot:
    """Read a snapshot's name; raises `KeyError` and `TypeError`."""
    manifest, commit, height = content["manifest"], content["commit"], content["height"]
    if not isinstance(manifest, str) or not isinstance(commit, str) or type(height) is not int:
        raise TypeError(content)
    return Snapshot(manifest, commit, height)


def private_pem(key: object) -> bytes:
    """Write a private key as PEM without a password."""
    from cryptography.hazmat.primitives import serialization

    pem: bytes = key.private_bytes(  # type: ignore[attr-defined]  # every private key has it
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem


def load_private(path: Path) -> object:
    """Read a private key; raises `Damaged` if others may read it too or it is none."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if path.stat().st_mode & PRIVATE_BITS:
        raise Damaged(
            f"{path} can be read by others; `chmod 600` it, and replace the key if it was exposed"
        )
    try:
        return load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise Damaged(f"{path} holds no private key") from None
