"""`Mesh`: what holds for everything; exactly one."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from meshc.schema.instances import InstancesOfAll
from meshc.schema.metadata import MeshWideMetadata
from meshc.schema.model import Model
from meshc.schema.operation import Requests
from meshc.schema.resilience import Limits
from meshc.schema.telemetry import Telemetry
from meshc.schema.text import DnsLabel, Host, HostPattern, Text, TrustDomain


class Namespace(Model):
    """A namespace and the hosts its gateways and services may claim."""

    name: DnsLabel = Field(description="The namespace.", examples=["shop"])
    hosts: Annotated[list[HostPattern], Field(min_length=1)] | None = Field(
        default=None, description="Hosts it may claim.", examples=[["*.shop.example"]]
    )


class Defaults(Model):
    """What holds where an intent does not say."""

    requests: Requests | None = Field(default=None, description="For every operation.")
    limits: Limits | None = Field(default=None, description="What is open at once.")
    telemetry: Telemetry | None = Field(default=None, description="What proxies report.")
    instances: InstancesOfAll | None = Field(
        default=None, description="Where workloads run that do not say."
    )


class Bundle(Model):
    """Where root certificates are."""

    file: Text = Field(
        description="A PEM file of the repository.", examples=["trust/partner.example.pem"]
    )


class Federation(Model):
    """A trust domain whose identities rules may name."""

    trust_domain: TrustDomain = Field(
        description="Its SPIFFE trust domain.", examples=["partner.example"]
    )
    bundle: Bundle = Field(description="Its root certificates; they vouch for nobody else.")


class MeshSpec(Model):
    """What holds for everything."""

    trust_domain: TrustDomain = Field(description="The SPIFFE trust domain.")
    cluster_suffix: Host | None = Field(
        default=None,
        description="Suffix of service names, as in `name.namespace.svc.SUFFIX`.",
        examples=["cluster.local"],
    )
    consent: Literal["callee", "both"] | None = Field(
        default=None,
        description="Whose word opens an edge: the callee's alone, or both ends'. Absent: callee.",
        examples=["callee"],
    )
    defaults: Defaults | None = Field(default=None, description="Where an intent does not say.")
    namespaces: Annotated[list[Namespace], Field(min_length=1)] | None = Field(
        default=None,
        description="If listed, every namespace is one of them.",
        examples=[[{"name": "shop"}]],
    )
    teams: Annotated[list[DnsLabel], Field(min_length=1)] | None = Field(
        default=None, description="If listed, every owner is one.", examples=[["team-a"]]
    )
    federation: Annotated[list[Federation], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="Trust domains besides ours.",
        examples=[
            [{"trustDomain": "partner.example", "bundle": {"file": "trust/partner.example.pem"}}]
        ],
    )
    protected: Annotated[list[DnsLabel], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="Environments in which nothing is widened without consent.",
        examples=[["prod"]],
    )


class Mesh(Model):
    """What holds for everything; exactly one."""

    model_config = ConfigDict(title="Mesh")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["Mesh"] = Field(description="The kind.")
    metadata: MeshWideMetadata = Field(description="Which object this is.")
    spec: MeshSpec = Field(description="What is declared.")
