"""Conditions on values, and the requests they describe."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.model import ONE_OF, Model
from meshc.schema.text import (
    Clock,
    Day,
    GrpcMethod,
    GrpcService,
    HeaderName,
    HostPattern,
    Method,
    Network,
    OperationMatch,
    PathPattern,
    RegexText,
    Text,
    Zone,
)


class Test(Model):
    """What is asked of a value: exactly one of these."""

    model_config = ConfigDict(json_schema_extra=dict(ONE_OF))

    equals: Text | None = Field(default=None, description="Is exactly this.", examples=["always"])
    one_of: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, description="Is one of these.", examples=[["a", "b"]]
    )
    prefix: Text | None = Field(default=None, description="Starts with this.", examples=["legacy/"])
    suffix: Text | None = Field(default=None, description="Ends with this.", examples=[".internal"])
    present: bool | None = Field(
        default=None, description="Is there (true) or is not (false).", examples=[True]
    )
    regex: RegexText | None = Field(
        default=None, description="Is matched by this as a whole.", examples=["[a-z]+-[0-9]+"]
    )
    has: Text | None = Field(
        default=None, description="Has this member; others may be beside it.", examples=["beta"]
    )

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """Refuse none and several."""
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one test")
        return self


class ValueMatcher(Test):
    """A test, or one under `not`."""

    not_: Test | None = Field(
        default=None, alias="not", description="Does not.", examples=[{"prefix": "legacy/"}]
    )


Headers = Annotated[
    dict[HeaderName, ValueMatcher],
    Field(
        min_length=1,
        description="Conditions on header fields; all must hold.",
        examples=[{"x-canary": {"equals": "always"}}],
    ),
]
Query = Annotated[
    dict[Text, ValueMatcher],
    Field(
        min_length=1,
        description="Conditions on query parameters; all must hold.",
        examples=[{"preview": {"present": True}}],
    ),
]


class PathRegex(Model):
    """A regular expression for the whole decoded path."""

    regex: RegexText = Field(
        description="RE2 syntax without flags; a pattern is more specific than any of these.",
        examples=["/v[0-9]+/.*"],
    )


class Grpc(Model):
    """Calls of gRPC: POST on exactly `/SERVICE/METHOD`."""

    service: GrpcService = Field(description="The service with its package.")
    method: GrpcMethod | None = Field(
        default=None, description="The method; absent: every method of the service."
    )


class Match(Model):
    """Requests described field by field; fields are AND."""

    model_config = ConfigDict(
        json_schema_extra={"x-meshc-exclusive": [["grpc", "path"], ["grpc", "method"]]}
    )

    method: Annotated[list[Method], Field(min_length=1)] | None = Field(
        default=None, description="Methods; absent: any.", examples=[["GET", "HEAD"]]
    )
    path: PathPattern | PathRegex | None = Field(
        default=None, description="Path pattern; absent: any.", examples=["/beta/**"]
    )
    host: HostPattern | None = Field(default=None, description="Host; absent: any.")
    headers: Headers | None = None
    query: Query | None = None
    grpc: Grpc | None = Field(default=None, description="Calls of gRPC, on gRPC ports.")

    @model_validator(mode="after")
    def grpc_alone(self) -> Self:
        """Refuse a path or methods beside what gRPC makes of them."""
        if self.grpc is not None and (self.path is not None or self.method is not None):
            raise ValueError("`grpc` stands for path and method")
        return self


Matches = Annotated[
    list[OperationMatch | Match],
    Field(
        min_length=1,
        description="Alternatives; one must match.",
        examples=[["GET,HEAD /charges/{id}"]],
    ),
]


class Source(Model):
    """Addresses of the connection's peer."""

    cidr: Annotated[list[Network], Field(min_length=1)] = Field(
        description="Networks; one must hold the address.", examples=[["10.0.0.0/8"]]
    )


class Client(Model):
    """Addresses of the client, as a gateway of this mesh saw it."""

    cidr: Annotated[list[Network], Field(min_length=1)] = Field(
        description="Networks; one must hold the address.", examples=[["192.0.2.0/24"]]
    )


class Hours(Model):
    """Times of the week; the end is excluded, and comes after the beginning on the same day."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Clock = Field(alias="from", description="From this minute.", examples=["09:00"])
    to: Clock = Field(description="Until this minute, which is excluded.", examples=["17:30"])
    days: Annotated[list[Day], Field(min_length=1)] | None = Field(
        default=None, description="On these days; absent: every day.", examples=[["mon", "fri"]]
    )
    zone: Zone = Field(description="Time zone, an IANA name.", examples=["Europe/Berlin"])


class When(Model):
    """Further conditions of a rule; all must hold."""

    headers: Headers | None = None
    query: Query | None = None
    source: Source | None = Field(default=None, description="Where the connection comes from.")
    client: Client | None = Field(default=None, description="Where a gateway's client is.")
    hours: Hours | None = Field(default=None, description="Times of the week.")
