"""Conditions on values, and the requests they describe."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.model import ONE_OF, Model, NotYet
from meshc.schema.text import HeaderName, HostPattern, Method, OperationMatch, Path, Text


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
    regex: Annotated[None, NotYet("regular expressions come with a later version")] = None
    has: Annotated[None, NotYet("`has` is for claims, which come with a later version")] = None

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


class Match(Model):
    """Requests described field by field; fields are AND."""

    method: Annotated[list[Method], Field(min_length=1)] | None = Field(
        default=None, description="Methods; absent: any.", examples=[["GET", "HEAD"]]
    )
    path: Path | Annotated[None, NotYet("regular expressions come with a later version")] | None = (
        Field(default=None, description="Path pattern; absent: any.", examples=["/beta/**"])
    )
    host: HostPattern | None = Field(default=None, description="Host; absent: any.")
    headers: Headers | None = None
    query: Query | None = None
    grpc: Annotated[None, NotYet("gRPC ports come with a later version")] = None


Matches = Annotated[
    list[OperationMatch | Match],
    Field(
        min_length=1,
        description="Alternatives; one must match.",
        examples=[["GET,HEAD /charges/{id}"]],
    ),
]


class When(Model):
    """Further conditions of a rule; all must hold."""

    headers: Headers | None = None
    query: Query | None = None
    source: Annotated[None, NotYet("address conditions come with a later version")] = None
    client: Annotated[None, NotYet("address conditions come with a later version")] = None
    hours: Annotated[None, NotYet("conditions on the hour come with a later version")] = None
