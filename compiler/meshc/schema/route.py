"""Items of a gateway's `routes`: where requests from outside go, or what they are answered."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.matcher import Matches
from meshc.schema.model import Filled, Model
from meshc.schema.text import (
    Duration,
    HeaderName,
    Host,
    HostPattern,
    Method,
    Name,
    Origin,
    Path,
    PortNumber,
    Reference,
    Text,
)

ANSWERS = ("to", "redirect", "directResponse")
BODY_BYTES = 64 * 1024

Hosts = Annotated[
    list[HostPattern],
    Field(
        min_length=1,
        description="Hosts: exact, or `*.` and a suffix; absent: any.",
        examples=[["*.shop.example"]],
    ),
]


class Cors(Model):
    """What browsers are told about requests from other origins (Fetch, section 3.2)."""

    allow_origins: Annotated[list[Origin], Field(min_length=1, max_length=64)] = Field(
        description="Origins: scheme, host and port, or `*`.", examples=[["https://shop.example"]]
    )
    allow_methods: Annotated[list[Method], Field(min_length=1, max_length=16)] | None = Field(
        default=None, description="Methods; absent: GET, HEAD, POST.", examples=[["GET", "PUT"]]
    )
    allow_headers: Annotated[list[HeaderName], Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="Header fields a page may send.", examples=[["x-request-id"]]
    )
    expose_headers: Annotated[list[HeaderName], Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="Header fields a page may read.", examples=[["etag"]]
    )
    allow_credentials: bool | None = Field(
        default=None, description="Whether cookies may be sent; absent: no.", examples=[True]
    )
    max_age: Duration | None = Field(
        default=None, description="How long a browser keeps the answer; absent: 5s."
    )


class Redirect(Filled):
    """An answer that sends the client elsewhere; what is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"minProperties": 1, "x-meshc-exclusive": [["path", "pathPrefix"]]}
    )

    scheme: Literal["http", "https"] | None = Field(
        default=None, description="The scheme.", examples=["https"]
    )
    host: Host | None = Field(default=None, description="The host.", examples=["shop.example"])
    port: PortNumber | None = Field(
        default=None, description="The port; absent: the scheme's own.", examples=[8443]
    )
    path: Path | None = Field(
        default=None, description="The whole path.", examples=["/maintenance"]
    )
    path_prefix: Path | None = Field(
        default=None,
        description="In place of what the route's `/**` pattern has before `**`.",
        examples=["/v2"],
    )
    status: Literal[301, 302, 303, 307, 308] | None = Field(
        default=None, description="The status; absent: 302.", examples=[308]
    )

    @model_validator(mode="after")
    def one_path(self) -> Self:
        """Refuse a path that is replaced in two ways."""
        if self.path is not None and self.path_prefix is not None:
            raise ValueError("`path` or `pathPrefix`, not both")
        return self


class Rewrite(Filled):
    """What the service sees instead of what the client sent."""

    model_config = ConfigDict(
        json_schema_extra={"minProperties": 1, "x-meshc-exclusive": [["path", "pathPrefix"]]}
    )

    host: Host | None = Field(default=None, description="The host.", examples=["shop.internal"])
    path: Path | None = Field(default=None, description="The whole path.", examples=["/index"])
    path_prefix: Path | None = Field(
        default=None,
        description="In place of what the route's `/**` pattern has before `**`.",
        examples=["/v2"],
    )

    @model_validator(mode="after")
    def one_path(self) -> Self:
        """Refuse a path that is replaced in two ways."""
        if self.path is not None and self.path_prefix is not None:
            raise ValueError("`path` or `pathPrefix`, not both")
        return self


class DirectResponse(Model):
    """An answer that the gateway gives by itself."""

    status: Annotated[int, Field(ge=200, le=599)] = Field(description="The status.", examples=[404])
    body: Annotated[str, Field(min_length=1, max_length=BODY_BYTES)] | None = Field(
        default=None, description="The content; absent: none.", examples=["not here"]
    )
    content_type: Text | None = Field(
        default=None, description="Its media type; absent: text/plain.", examples=["text/html"]
    )


class Route(Model):
    """Where requests from outside go, or what they are answered; its `to` is a call."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-meshc-one-of": list(ANSWERS),
            "x-meshc-only-with": [["rewrite", "to"]],
        }
    )

    name: Name | None = Field(default=None, description="The route's name.")
    to: Reference | None = Field(
        default=None, description="A service, or one of its operations.", examples=["frontend"]
    )
    hosts: Hosts | None = None
    match: Matches | None = None
    cors: Cors | None = Field(default=None, description="Requests from other origins.")
    redirect: Redirect | None = Field(default=None, description="Send the client elsewhere.")
    rewrite: Rewrite | None = Field(default=None, description="Change what the service sees.")
    direct_response: DirectResponse | None = Field(
        default=None, description="Answer without any service."
    )

    @model_validator(mode="after")
    def one_answer(self) -> Self:
        """Refuse none and several of what becomes of a request."""
        answers = (self.to, self.redirect, self.direct_response)
        if sum(one is not None for one in answers) != 1:
            raise ValueError("exactly one of to, redirect, directResponse")
        if self.rewrite is not None and self.to is None:
            raise ValueError("`rewrite` goes with `to` only")
        return self
