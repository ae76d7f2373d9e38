"""What a workload reports about its requests."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Literal

from pydantic import Field

from meshc.schema.model import Filled
from meshc.schema.text import Percentage


class Telemetry(Filled):
    """Traces and access logs."""

    trace_sampling: Percentage | None = Field(
        default=None, description="Share of requests that begin a trace; absent: 1%."
    )
    access_log: Literal["all", "sampled", "errors", "none"] | None = Field(
        default=None,
        description="Every request; denials, 5xx and 1% of the others (`sampled`); denials and "
        "5xx only (`errors`); or nothing. Absent: `sampled`.",
        examples=["errors"],
    )
