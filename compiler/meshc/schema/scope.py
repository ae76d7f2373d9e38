"""Which workloads a document of the platform is about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meshc.schema.metadata import Labels
from meshc.schema.model import Filled
from meshc.schema.text import DnsLabel

Namespaces = Annotated[
    list[DnsLabel],
    Field(
        min_length=1,
        description="Those in one of these namespaces; absent: in any.",
        examples=[["shop"]],
    ),
]
WorkloadLabels = Annotated[
    Labels,
    Field(
        min_length=1,
        description="Those with each of these labels; absent: with any or none.",
        examples=[{"data": "pci"}],
    ),
]


class Scope(Filled):
    """Workloads for which all of this holds."""

    namespaces: Namespaces | None = None
    labels: WorkloadLabels | None = None


class SidedScope(Scope):
    """Workloads for which all of this holds, and on which side of a call they stand."""

    side: Literal["callee", "caller"] | None = Field(
        default=None,
        description="What reaches them is meant (callee; so it is where nothing is said), or what "
        "they send (caller).",
        examples=["callee"],
    )
