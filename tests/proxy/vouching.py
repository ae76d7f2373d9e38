"""Somebody who vouches for users: keys, and tokens sound and unsound (RFC 7515, 7517, 7519)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def encoded(content: bytes) -> str:
    """Give base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value: int, size: int) -> bytes:
    """Give a number as bytes, the first one first."""
    return value.to_bytes(size, "big")


class Issuer:
    """An issuer of tokens with a key of each kind."""

    def __init__(self, name: str = "corp", audience: str = "shop") -> None:
        self.name, self.audience = name, audience
        self.iss = f"https://{name}.test"
        self.edwards = ed25519.Ed25519PrivateKey.generate()
        self.curve = ec.generate_private_key(ec.SECP256R1())
        self.rsa = rsa.generate_private_key(65537, 2048)

    @property
    def keys(self) -> str:
        """Give the published key set."""
        raw = self.edwards.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        point = self.curve.public_key().public_numbers()
        modulus = self.rsa.public_key().public_numbers()
        return json.dumps(
            {
                "keys": [
                    {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": encoded(raw)},
                    {
                        "kty": "EC",
                        "crv": "P-256",
                        "kid": "ec",
                        "x": encoded(number(point.x, 32)),
                        "y": encoded(number(point.y, 32)),
                    },
                    {
                        "kty": "RSA",
                        "kid": "rsa",
                        "n": encoded(number(modulus.n, 256)),
                        "e": encoded(number(modulus.e, 3)),
                    },
                ]
            }
        )

    def declared(self, **more: Any) -> dict[str, Any]:
        """Give the issuer as a slice declares it."""
        return {
            "algorithms": ["ES256", "EdDSA", "RS256"],
            "audiences": [self.audience],
            "issuer": self.iss,
            "keys": {"inline": self.keys},
            "name": self.name,
        } | more

    def claims(self, **more: Any) -> dict[str, Any]:
        """Give the claims of a token that holds for five minutes; `...` leaves one out."""
        now = int(time.time())
        claims = {"iss": self.iss, "aud": self.audience, "sub": "ann", "exp": now + 300} | more
        return {name: value for name, value in claims.items() if value is not ...}

    def token(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Give a token; one whose payload is no JSON object is made with `payload`."""
        return self.sign({"alg": "EdDSA", "kid": "ed"} | (header or {}), self.claims(**claims))

    def sign(self, header: dict[str, Any], claims: dict[str, Any] | str) -> str:
        """Give a token with exactly this header and these claims (or this text for them)."""
        payload = claims if isinstance(claims, str) else json.dumps(claims)
        message = f"{encoded(json.dumps(header).encode())}.{encoded(payload.encode())}"
        return f"{message}.{encoded(self.signature(header.get('alg'), message.encode()))}"

    def signature(self, algorithm: object, message: bytes) -> bytes:
        """Give what makes a message sound, or tries to."""
        match algorithm:
            case "EdDSA":
                return self.edwards.sign(message)
            case "ES256":
                pair = decode_dss_signature(self.curve.sign(message, ec.ECDSA(hashes.SHA256())))
                return number(pair[0], 32) + number(pair[1], 32)
            case "RS256":
                return self.rsa.sign(message, padding.PKCS1v15(), hashes.SHA256())
            case "HS256":
                public = self.rsa.public_key().public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
                return hmac.new(public, message, hashlib.sha256).digest()
            case _:
                return b""
