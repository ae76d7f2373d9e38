"""The snapshot in Python: compiled slices become a signed manifest; one is checked when read back.

The forms are those of `runtime/crates/snapshot`; bytes are named by SHA-256 everywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from meshc import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

    from meshc._native import Emitted, Mesh

FORMAT: Final = 2
"""The form of slices and manifests; a proxy refuses any other."""
PAYLOAD_TYPE: Final = "application/vnd.meshc.manifest+json"


class Untrusted(Exception):
    """An envelope that no given key has signed, or that holds no manifest."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a snapshot stands: its commit, its height from 1, the manifest before it."""

    commit: str
    height: int
    parent: str | None


def digest(content: bytes) -> str:
    """Name bytes: `sha256:` and the hexadecimal digest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def manifest_of(emitted: Emitted | Mesh, lineage: Lineage) -> bytes:
    """Give the manifest of what was emitted, as RFC 8785 JSON.

    A mesh emits it for that alone; its blobs are hashed and not kept.
    """
    commit, height, parent = lineage.commit, lineage.height, lineage.parent
    return emitted.manifest(commit, __version__, height, parent)


def write_blobs(mesh: Mesh, lineage: Lineage, folder: Path) -> bytes:
    """Write what a mesh compiles to, each blob named by its digest, and give the manifest.

    Raises `OSError`; some may be written then.
    """
    commit, height, parent = lineage.commit, lineage.height, lineage.parent
    return mesh.write_blobs(folder, commit, __version__, height, parent)


def pre_authentication(payload: bytes) -> bytes:
    """Give what a signature covers (DSSE version 1, pre-authentication encoding)."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def key_id(key: Ed25519PublicKey) -> str:
    """Name a public key by the digest of its 32 bytes."""
    return digest(key.public_bytes_raw())


def seal(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a manifest as a DSSE envelope."""
    signature = {
        "keyid": key_id(key.public_key()),
        "sig": base64.b64encode(key.sign(pre_authentication(payload))).decode(),
    }
    content = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [signature],
    }
    return json.dumps(content, separators=(",", ":")).encode()


def unseal(envelope: bytes, keys: Sequence[Ed25519PublicKey]) -> bytes:
    """Give the manifest of an envelope that one of the keys has signed; raises `Untrusted`."""
    from cryptography.exceptions import InvalidSignature

    if not keys:
        raise Untrusted("there is no key to verify a signature with")
    try:
        content: Any = json.loads(envelope)
        payload = base64.b64decode(content["payload"], validate=True)
        signatures = [
            (one["keyid"], base64.b64decode(one["sig"], validate=True))
            for one in content["signatures"]
        ]
        kind = content["payloadType"]
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise Untrusted("it is no DSSE envelope") from None
    if kind != PAYLOAD_TYPE:
        raise Untrusted(f"it holds `{kind}`, not a manifest")
    for key in keys:
        for name, signature in signatures:
            if name == key_id(key):
                try:
                    key.verify(signature, pre_authentication(payload))
                except InvalidSignature:
                    continue
                return payload
    raise Untrusted("none of the given keys has signed it")
