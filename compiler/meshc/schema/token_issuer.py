"""`TokenIssuer`: whose user tokens (JWT, RFC 7519) are taken, and how they are checked."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.metadata import MeshWideMetadata
from meshc.schema.model import Model
from meshc.schema.text import Duration, HeaderName, Text
from meshc.schema.user import ClaimPath

SYMMETRIC = "it is symmetric: whoever can check such a token can make one"
REFUSED = {
    "HS256": SYMMETRIC,
    "HS384": SYMMETRIC,
    "HS512": SYMMETRIC,
    "none": "a token without a signature proves nothing",
    "ES512": "keys on P-521 are not taken; use ES384",
}
"""Algorithms of RFC 7518 that people ask for and never get, and why."""
KEY_SET_BYTES = 64 * 1024
SOURCES = ("inline", "file", "url")

Algorithm = Annotated[
    Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"],
    Field(json_schema_extra={"x-meshc-refused-values": dict(REFUSED)}),
]
KeyUrl = Annotated[
    str,
    Field(
        pattern=r"^https://[!-~]+$",
        max_length=2048,
        examples=["https://id.corp.example/keys"],
        json_schema_extra={"x-meshc-format": "key-url"},
    ),
]
"""An https URL of a JWK set; hosts inside are refused when intents are compiled."""


class Keys(Model):
    """Where its public keys come from: exactly one of `inline`, `file` and `url`."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-meshc-one-of": list(SOURCES),
            "x-meshc-only-with": [["refresh", "url"]],
        }
    )

    inline: Annotated[str, Field(min_length=1, max_length=KEY_SET_BYTES)] | None = Field(
        default=None,
        description="The text of a JWK set (RFC 7517, section 5).",
        examples=['{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "…"}]}'],
    )
    file: Text | None = Field(
        default=None,
        description="A JSON file of the repository that holds one, by its path from the root.",
        examples=["keys/corp.json"],
    )
    url: KeyUrl | None = Field(default=None, description="Where proxies fetch one over https.")
    refresh: Duration | None = Field(
        default=None,
        description="Time between two fetches, 1m to 24h; absent: 5m.",
        examples=["5m"],
    )

    @model_validator(mode="after")
    def one_source(self) -> Self:
        """Refuse none and several, and `refresh` without a URL."""
        if len(self.model_fields_set & set(SOURCES)) != 1:
            raise ValueError("exactly one of inline, file, url")
        if self.refresh is not None and self.url is None:
            raise ValueError("`refresh` goes with `url` only")
        return self


class Forward(Model):
    """A claim that the application is told; what a caller sends under that name is dropped."""

    claim: ClaimPath = Field(description="The claim's path.", examples=["sub"])
    header: HeaderName = Field(description="The header field.", examples=["x-user"])


class TokenIssuerSpec(Model):
    """What its tokens look like."""

    issuer: Text = Field(
        description="The exact `iss` of its tokens.", examples=["https://id.corp.example"]
    )
    audiences: Annotated[list[Text], Field(min_length=1, max_length=16)] = Field(
        description="Values of `aud` that mean this mesh; a token must name one.",
        examples=[["shop"]],
    )
    algorithms: Annotated[list[Algorithm], Field(min_length=1)] | None = Field(
        default=None,
        description="Algorithms it may sign with; absent: RS256, ES256 and EdDSA.",
        examples=[["ES256"]],
    )
    keys: Keys = Field(description="Its public keys.")
    forward: Annotated[list[Forward], Field(min_length=1, max_length=16)] | None = Field(
        default=None,
        description="Claims that the application is told.",
        examples=[[{"claim": "sub", "header": "x-user"}]],
    )


class TokenIssuer(Model):
    """An issuer of user tokens; rules and rate limits name it."""

    model_config = ConfigDict(title="TokenIssuer")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["TokenIssuer"] = Field(description="The kind.")
    metadata: MeshWideMetadata = Field(description="Which object this is.")
    spec: TokenIssuerSpec = Field(description="What is declared.")
