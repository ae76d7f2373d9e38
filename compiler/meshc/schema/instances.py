"""Who a workload is and where it runs."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.metadata import Labels
from meshc.schema.model import ONE_OF, Model
from meshc.schema.text import Address, DnsLabel, Host, Text


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


class Selectors(Model):
    """Pods of Kubernetes, from EndpointSlices."""

    selectors: Annotated[list[Labels], Field(min_length=1, max_length=16)] = Field(
        description="Labels of its pods; one of these must hold as a whole.",
        examples=[[{"app": "payments"}]],
    )


class DnsName(Model):
    """Addresses behind a name."""

    name: Host = Field(description="The name that is resolved.", examples=["db.internal"])


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
    kubernetes: Selectors | None = Field(default=None, description="Pods of Kubernetes.")
    dns: DnsName | None = Field(default=None, description="Addresses behind a name.")

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """Refuse none and several."""
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one source")
        return self


class PodLabel(Model):
    """Which label of a pod holds its service's name."""

    label: Text = Field(description="The label's key.", examples=["app"])


class DnsZone(Model):
    """Names made from a service's own."""

    suffix: Host = Field(
        description="The names are `NAME.NAMESPACE.` and this.", examples=["svc.internal"]
    )


class InstancesOfAll(Model):
    """Where workloads run that do not say: exactly one source."""

    model_config = ConfigDict(json_schema_extra=dict(ONE_OF))

    kubernetes: PodLabel | None = Field(
        default=None, description="Pods whose label is the service's name; absent: label `app`."
    )
    dns: DnsZone | None = Field(default=None, description="Addresses behind names.")

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """Refuse none and several."""
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one source")
        return self
