"""Items of `rateLimits`."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from meshc.schema.model import NAMED, Model, named_after_first
from meshc.schema.rule import Operations
from meshc.schema.text import DnsLabel, Name, Rate
from meshc.schema.user import ClaimPath


class PerUser(Model):
    """Counted for each value of a claim; requests without it are counted together."""

    issuer: DnsLabel = Field(description="Name of a TokenIssuer.", examples=["corp"])
    claim: ClaimPath | None = Field(
        default=None, description="The claim's path; absent: `sub`.", examples=["sub"]
    )


Per = Literal["caller", "total"] | PerUser


class RateLimit(Model):
    """How many requests each proxy of the workload admits; whatever it denies does not count."""

    name: Name | None = Field(default=None, description="The limit's name.", examples=["charges"])
    operations: Operations | None = None
    per: Per | None = Field(
        default=None,
        description="Counted for each identity, those without one together, for each value of a "
        "claim, or for all in total; absent: total.",
        examples=["caller"],
    )
    rate: Rate = Field(description="Requests in a second (`s`), minute (`m`) or hour (`h`).")
    burst: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Requests at once; absent: those of one second, at least 1.",
        examples=[20],
    )


RateLimits = Annotated[
    list[RateLimit],
    AfterValidator(named_after_first),
    Field(
        min_length=1,
        max_length=64,
        description="Limits of what is admitted; a request keeps to all that name its operation.",
        examples=[[{"operations": ["charge"], "per": "caller", "rate": "100/s"}]],
        json_schema_extra=NAMED,
    ),
]
