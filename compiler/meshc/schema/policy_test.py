"""`PolicyTest`: example requests and what must become of them."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from meshc.schema.metadata import Metadata
from meshc.schema.model import Model
from meshc.schema.text import (
    Address,
    DnsLabel,
    HeaderName,
    Instant,
    Method,
    Path,
    Reference,
    Sender,
    Text,
)
from meshc.schema.user import TokenUser


class TestRequest(Model):
    """A request as a caller would send it."""

    from_: Sender | None = Field(
        default=None, alias="from", description="Who sends it; absent: somebody unknown."
    )
    to: Reference = Field(description="The workload that receives it.")
    port: DnsLabel | None = Field(default=None, description="Which port; absent: its first.")
    method: Method = Field(description="The method.")
    path: Path = Field(description="Path and query as sent.", examples=["/charges?dry=1"])
    host: Text | None = Field(default=None, description="The Host field; absent: its name.")
    headers: Annotated[dict[HeaderName, Text], Field(min_length=1)] | None = Field(
        default=None, description="Further fields.", examples=[{"x-canary": "always"}]
    )
    client: Address | None = Field(
        default=None, description="The client that a gateway of ours saw."
    )
    user: TokenUser | None = Field(
        default=None, description="For whom it is sent; absent: it carries no token."
    )
    at: Instant | None = Field(default=None, description="The instant; absent: now.")


class Expectation(Model):
    """What must become of it; what is left out is not asked."""

    verdict: Literal["allowed", "denied"] = Field(
        description="Allowed or not.", examples=["denied"]
    )
    status: Annotated[int, Field(ge=200, le=599)] | None = Field(
        default=None, description="The status of a refusal.", examples=[403]
    )
    operation: DnsLabel | None = Field(default=None, description="The operation it falls into.")
    rule: Text | None = Field(default=None, description="The rule that decides.")
    destination: Text | None = Field(
        default=None,
        description="Where it goes: `name` or `name/version`.",
        examples=["payments/v2"],
    )


class TestCase(Model):
    """One request and its expectation."""

    name: Text = Field(description="What it shows, as a sentence.", examples=["checkout charges"])
    request: TestRequest = Field(description="The request.")
    expect: Expectation = Field(description="What must become of it.")


class PolicyTestSpec(Model):
    """Tests of one subject."""

    tests: Annotated[list[TestCase], Field(min_length=1)] = Field(
        description="The tests.",
        examples=[
            [
                {
                    "name": "strangers do not",
                    "request": {"to": "payments", "method": "POST", "path": "/charges"},
                    "expect": {"verdict": "denied"},
                }
            ]
        ],
    )


class PolicyTest(Model):
    """Example requests and what must become of them."""

    model_config = ConfigDict(title="PolicyTest")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["PolicyTest"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: PolicyTestSpec = Field(description="What is declared.")
