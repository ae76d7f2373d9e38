"""Who a workload is and where it runs."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.model import ONE_OF, Model, NotYet
from meshc.schema.text import Address, DnsLabel, Text


class Identity(Model):
    """What its SPIFFE ID is made from."""

    service_account: DnsLabel | None = Field(
        default=None, description="Last part of the SPIFFE ID; absent: the object's name."
    )


class StaticInstance(Model):
    """One instance; every key but `address` is a label."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Text]

    address: Address = Field(description="IP address of its proxy.")


class Instances(Model):
    """Where it runs: exactly one source."""

    model_config = ConfigDict(json_schema_extra=dict(ONE_OF))

    static: Annotated[list[StaticInstance], Field(min_length=1, max_length=10_000)] | None = Field(
        default=None,
        description="Written here.",
        examples=[[{"address": "10.1.2.3", "version": "v1"}]],
    )
    file: Text | None = Field(
        default=None,
        description="A file of the repository with such a list.",
        examples=["endpoints/payments.yaml"],
    )
    kubernetes: Annotated[None, NotYet("EndpointSlices come with a later version")] = None
    dns: Annotated[None, NotYet("DNS discovery comes with a later version")] = None

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """Refuse none and several."""
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one source")
        return self
