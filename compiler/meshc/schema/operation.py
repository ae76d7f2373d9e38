"""Named sets of requests, and how long and how often they are tried."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meshc.schema.matcher import Matches
from meshc.schema.model import Model
from meshc.schema.text import DnsLabel, Duration


class Retry(Model):
    """What may be tried again."""

    attempts: int | None = Field(
        default=None, ge=0, le=10, description="Tries after the first.", examples=[2]
    )
    retry_on: (
        Annotated[
            list[Literal["connect-failure", "refused-stream", "unavailable", "cancelled"]],
            Field(min_length=1),
        ]
        | None
    ) = Field(
        default=None,
        description="After what: no connection; a connection that ended before the answer "
        "(idempotent requests only); a gRPC status, which no HTTP port answers.",
        examples=[["connect-failure"]],
    )
    per_try: Duration | None = Field(default=None, description="Time for one try.")


class Operation(Model):
    """A named set of requests."""

    match: Matches
    port: DnsLabel | None = Field(
        default=None, description="The one port that offers it; absent: every HTTP port."
    )
    idempotent: bool | None = Field(
        default=None, description="May be sent again after it was sent.", examples=[False]
    )
    timeout: Duration | None = Field(
        default=None, description="Time for the whole request, retries included."
    )
    retry: Retry | None = Field(default=None, description="What may be tried again.")
    upgrade: Literal["websocket"] | None = Field(
        default=None,
        description="The protocol a connection may change to (RFC 9110, section 7.8).",
        examples=["websocket"],
    )


class Requests(Model):
    """For every operation that does not say."""

    timeout: Duration | None = Field(default=None, description="Time for the whole request.")
