"""The head of a document."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meshc.schema.model import Model
from meshc.schema.text import DnsLabel, Name, Text

Labels = Annotated[
    dict[Text, Text],
    Field(description="Free words for selecting.", examples=[{"data": "pci"}]),
]


class Metadata(Model):
    """Which object a document is."""

    name: Name = Field(description="The object's name in its namespace.")
    namespace: DnsLabel | None = Field(
        default=None,
        description="Its namespace; absent: the one `meshc.toml` gives the folder.",
        examples=["shop"],
    )
    labels: Labels | None = None
    annotations: Labels | None = None


class MeshWideMetadata(Model):
    """Which mesh-wide object a document is; it has no namespace."""

    name: Name = Field(description="The object's name.")
    labels: Labels | None = None
    annotations: Labels | None = None
