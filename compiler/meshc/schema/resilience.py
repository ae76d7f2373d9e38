"""What a service asks of everyone who calls it."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meshc.schema.model import Filled, Model
from meshc.schema.text import Duration, Path, Percentage

Count = Annotated[int, Field(ge=1, le=1_000_000, examples=[1024])]


class Balance(Model):
    """How a caller chooses among healthy instances."""

    algorithm: Literal["peak-ewma", "least-requests", "round-robin", "random"] = Field(
        description="The quicker of two by recent latency, the less busy of two, each in turn, or "
        "any.",
        examples=["peak-ewma"],
    )


class Limits(Filled):
    """What one caller's proxy keeps open at once."""

    connections: Count | None = Field(
        default=None, description="Connections at once; absent: 1024."
    )
    pending: Count | None = Field(
        default=None, description="Requests that wait for a connection; absent: 1024."
    )
    requests: Count | None = Field(default=None, description="Requests at once; absent: 1024.")


class Outlier(Filled):
    """When an instance that fails is left out for a while; one is always left."""

    consecutive5xx: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None,
        alias="consecutive5xx",
        description="Failures in a row, looked at every 10s; absent: 5.",
        examples=[5],
    )
    base_ejection: Duration | None = Field(
        default=None,
        description="First time outside, longer each time; absent: 30s.",
        examples=["30s"],
    )
    max_ejected: Percentage | None = Field(
        default=None, description="Most instances outside at once; absent: 50%.", examples=["50%"]
    )


class Health(Model):
    """A question to each instance's proxy, answered from its own probe."""

    path: Path = Field(description="The path of one of its `probes`.", examples=["/healthz"])
    every: Duration | None = Field(
        default=None, description="Time between two; absent: 10s.", examples=["10s"]
    )


class Resilience(Filled):
    """What callers do about load and failure."""

    balance: Balance | None = Field(default=None, description="How instances are chosen.")
    limits: Limits | None = Field(default=None, description="What is open at once.")
    outlier: Outlier | None = Field(default=None, description="Instances that fail.")
    health: Health | None = Field(default=None, description="Instances that are asked.")
