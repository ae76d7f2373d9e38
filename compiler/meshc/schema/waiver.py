"""`Waiver`: suspends one finding, guardrail or invariant for one object, for a time."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.metadata import Metadata
from meshc.schema.model import Model
from meshc.schema.text import Code, Date, DnsLabel, Name, ObjectReference, Text

SUSPENDED = ("finding", "guardrail", "invariant")

Kind = Literal[
    "Baseline",
    "Environment",
    "ExternalIntent",
    "GatewayIntent",
    "Guardrail",
    "Invariant",
    "Mesh",
    "PolicyTest",
    "ServiceIntent",
    "TokenIssuer",
]


class WaivedObject(Model):
    """The one object for which something is suspended."""

    kind: Kind = Field(description="Its kind.", examples=["ServiceIntent"])
    name: Name = Field(description="Its name.", examples=["legacy-import"])
    namespace: DnsLabel | None = Field(
        default=None,
        description="Its namespace; absent: the Waiver's own.",
        examples=["shop"],
    )


class WaiverSpec(Model):
    """What is suspended, for which object, why, by whom and until when."""

    model_config = ConfigDict(json_schema_extra={"x-meshc-one-of": list(SUSPENDED)})

    object: WaivedObject = Field(description="For which object.")
    finding: Code | None = Field(default=None, description="The code of a finding.")
    guardrail: ObjectReference | None = Field(
        default=None, description="A Guardrail.", examples=["no-debug"]
    )
    invariant: ObjectReference | None = Field(
        default=None, description="An Invariant.", examples=["card-data-behind-payments"]
    )
    reason: Text = Field(
        description="Why, in a sentence.", examples=["the importer moves in spring"]
    )
    owner: DnsLabel = Field(description="The team that answers for it.", examples=["team-shop"])
    until: Date = Field(description="It ends at this instant.")

    @model_validator(mode="after")
    def one_thing(self) -> Self:
        """Refuse none and several."""
        if len(self.model_fields_set & set(SUSPENDED)) != 1:
            raise ValueError("exactly one of finding, guardrail, invariant")
        return self


class Waiver(Model):
    """Suspends one finding, guardrail or invariant for one object, for a time."""

    model_config = ConfigDict(title="Waiver")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["Waiver"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: WaiverSpec = Field(description="What is declared.")
