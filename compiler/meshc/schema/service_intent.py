"""`ServiceIntent`: a workload, what it offers, whom it admits and whom it calls."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from meshc.schema.instances import Identity, Instances
from meshc.schema.matcher import Headers, Query
from meshc.schema.metadata import Labels, Metadata
from meshc.schema.model import NAMED, Model, named_after_first
from meshc.schema.operation import Operation, Requests
from meshc.schema.rate_limit import RateLimits
from meshc.schema.resilience import Resilience
from meshc.schema.rule import AllowList, DenyList, Operations
from meshc.schema.telemetry import Telemetry
from meshc.schema.text import (
    CallTarget,
    Date,
    DnsLabel,
    Duration,
    Host,
    Name,
    Path,
    PortNumber,
    Text,
)


class Port(Model):
    """One port; its protocol is declared, never sniffed."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-meshc-goes-with": [["until", "mtls", "permissive"], ["reason", "mtls", "none"]]
        }
    )

    name: Name = Field(description="The port's name.", examples=["api"])
    port: PortNumber = Field(description="The port callers use.")
    target: PortNumber | None = Field(
        default=None, description="The application's port; absent: the same.", examples=[9080]
    )
    protocol: Literal["http", "http2", "grpc", "tls", "tcp"] = Field(
        description="What is spoken.", examples=["http"]
    )
    mtls: Literal["strict", "permissive", "none"] | None = Field(
        default=None,
        description="Both sides prove an identity (`strict`, and where it is absent); the caller "
        "may (`permissive`, for a time); or nobody does.",
        examples=["strict"],
    )
    until: Date | None = Field(default=None, description="When a `permissive` port becomes strict.")
    reason: Text | None = Field(
        default=None,
        description="Why a port has no mTLS.",
        examples=["the printer knows no TLS"],
    )

    @model_validator(mode="after")
    def said_why(self) -> Self:
        """Refuse a port that is less than strict without its end or its reason."""
        if (self.mtls == "permissive") != (self.until is not None):
            raise ValueError("`until` goes with mtls `permissive`")
        if (self.mtls == "none") != (self.reason is not None):
            raise ValueError("`reason` goes with mtls `none`")
        return self


class Version(Model):
    """A named subset of the instances."""

    labels: Labels = Field(description="Labels an instance must have.")


class Target(Model):
    """A version and its share."""

    version: DnsLabel = Field(description="One of `versions`.", examples=["v2"])
    weight: int | None = Field(
        default=None, ge=0, le=1_000_000, description="Relative share; absent: 1.", examples=[10]
    )


class Traffic(Model):
    """Only where requests go."""

    name: Name | None = Field(default=None, description="The item's name.")
    headers: Headers | None = None
    query: Query | None = None
    operations: Operations | None = None
    to: Annotated[list[Target], Field(min_length=1)] = Field(
        description="Versions by share.", examples=[[{"version": "v1", "weight": 90}]]
    )


class Call(Model):
    """What this workload calls: its half of an edge."""

    to: CallTarget = Field(
        description="A service, or one of its operations; `*/*.operation` with an operation of a "
        "Baseline: that of every service."
    )
    timeout: Duration | None = Field(
        default=None, description="It waits at most this long; never longer than the callee allows."
    )


class Probe(Model):
    """A path answered without identity; it reaches nothing else."""

    path: Path = Field(description="Exact path.", examples=["/healthz"])
    port: DnsLabel = Field(description="The port whose application is asked.", examples=["api"])


TrafficList = Annotated[
    list[Traffic],
    AfterValidator(named_after_first),
    Field(
        min_length=1,
        description="Where requests go.",
        examples=[[{"to": [{"version": "v1"}]}]],
        json_schema_extra=NAMED,
    ),
]


class ServiceSpec(Model):
    """A workload in full."""

    owner: DnsLabel | None = Field(
        default=None, description="The team that answers for it.", examples=["team-checkout"]
    )
    identity: Identity | None = Field(default=None, description="Its identity.")
    hosts: Annotated[list[Host], Field(min_length=1)] | None = Field(
        default=None, description="Further names it answers to.", examples=[["pay.shop.internal"]]
    )
    ports: Annotated[list[Port], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="Its ports; none for a job that only calls.",
        examples=[[{"name": "api", "port": 8080, "protocol": "http"}]],
    )
    instances: Instances | None = Field(default=None, description="Where it runs.")
    versions: Annotated[dict[Name, Version], Field(min_length=1)] | None = Field(
        default=None,
        description="Named subsets of its instances.",
        examples=[{"v1": {"labels": {"version": "v1"}}}],
    )
    operations: Annotated[dict[Name, Operation], Field(min_length=1, max_length=512)] | None = (
        Field(
            default=None,
            description="Named sets of requests; the others are `rest`.",
            examples=[{"charge": {"match": ["POST /charges"]}}],
        )
    )
    requests: Requests | None = Field(default=None, description="For operations that do not say.")
    paths: (
        Annotated[
            list[Literal["plain", "matrix", "case-insensitive", "double-decoding"]],
            Field(min_length=1),
        ]
        | None
    ) = Field(
        default=None,
        description="How the application may read a path: `;…` cut (matrix), letters of both "
        "cases as one (case-insensitive), escapes decoded once more (double-decoding; canonical "
        "paths leave none). `plain` also keeps what the others change.",
        examples=[["plain"]],
    )
    traffic: TrafficList | None = None
    allow: AllowList | None = None
    deny: DenyList | None = None
    enforce: Literal["audit"] | None = Field(
        default=None,
        description="Refuse nothing by `deny` or for want of an `allow`; only say so.",
        examples=["audit"],
    )
    calls: Annotated[list[Call], Field(min_length=1)] | None = Field(
        default=None, description="What it calls.", examples=[[{"to": "cart"}]]
    )
    probes: Annotated[list[Probe], Field(min_length=1, max_length=16)] | None = Field(
        default=None,
        description="Paths answered without identity.",
        examples=[[{"path": "/healthz", "port": "api"}]],
    )
    proxy: Literal["none"] | None = Field(
        default=None,
        description="It runs without a proxy: it can be called on ports without mTLS only, and "
        "calls as `anonymous`.",
        examples=["none"],
    )
    resilience: Resilience | None = Field(
        default=None, description="What it asks of everyone who calls it."
    )
    rate_limits: RateLimits | None = None
    telemetry: Telemetry | None = Field(default=None, description="What its proxy reports.")


class ServiceIntent(Model):
    """A workload, what it offers, whom it admits and whom it calls."""

    model_config = ConfigDict(title="ServiceIntent")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["ServiceIntent"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: ServiceSpec = Field(description="What is declared.")
