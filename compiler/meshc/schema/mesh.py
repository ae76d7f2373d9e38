"""`Mesh`: what holds for everything; exactly one."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from meshc.schema.metadata import MeshWideMetadata
from meshc.schema.model import Model, NotYet
from meshc.schema.service_intent import Requests
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
    limits: Annotated[None, NotYet("limits come with a later version")] = None
    telemetry: Annotated[None, NotYet("telemetry settings come with a later version")] = None
    instances: Annotated[None, NotYet("discovery comes with a later version")] = None


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
    consent: Literal["callee"] | None = Field(
        default=None,
        description="Whose word opens an edge.",
        examples=["callee"],
        json_schema_extra={"x-meshc-not-yet-values": ["both"]},
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
    protected: Annotated[list[DnsLabel], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="Environments in which more care is asked of a change.",
        examples=[["prod"]],
    )
    federation: Annotated[list[Federation], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="Trust domains besides ours.",
        examples=[
            [{"trustDomain": "partner.example", "bundle": {"file": "trust/partner.example.pem"}}]
        ],
    )


class Mesh(Model):
    """What holds for everything; exactly one."""

    model_config = ConfigDict(title="Mesh")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["Mesh"] = Field(description="The kind.")
    metadata: MeshWideMetadata = Field(description="Which object this is.")
    spec: MeshSpec = Field(description="What is declared.")
