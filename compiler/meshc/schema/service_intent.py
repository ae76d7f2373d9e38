"""`ServiceIntent`: a workload, what it offers, whom it admits and whom it calls."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from meshc.schema.instances import Identity, Instances
from meshc.schema.matcher import Headers, Matches, Query
from meshc.schema.metadata import Labels, Metadata
from meshc.schema.model import NAMED, Model, NotYet, named_after_first
from meshc.schema.rate_limit import RateLimits
from meshc.schema.rule import AllowList, DenyList, Operations
from meshc.schema.text import CallTarget, DnsLabel, Duration, Host, Name, Path, PortNumber


class Port(Model):
    """One port; its protocol is declared, never sniffed."""

    name: Name = Field(description="The port's name.", examples=["api"])
    port: PortNumber = Field(description="The port callers use.")
    target: PortNumber | None = Field(
        default=None, description="The application's port; absent: the same.", examples=[9080]
    )
    protocol: Literal["http", "tcp"] = Field(
        description="What is spoken.",
        examples=["http"],
        json_schema_extra={"x-meshc-not-yet-values": ["http2", "grpc", "tls"]},
    )
    mtls: Literal["strict"] | None = Field(
        default=None,
        description="Both sides prove an identity.",
        examples=["strict"],
        json_schema_extra={"x-meshc-not-yet-values": ["permissive", "none"]},
    )
    until: Annotated[None, NotYet("permissive ports come with a later version")] = None
    reason: Annotated[None, NotYet("ports without mTLS come with a later version")] = None


class Version(Model):
    """A named subset of the instances."""

    labels: Labels = Field(description="Labels an instance must have.")


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
    upgrade: Annotated[None, NotYet("upgrades come with a later version")] = None


class Requests(Model):
    """For every operation that does not say."""

    timeout: Duration | None = Field(default=None, description="Time for the whole request.")


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
    proxy: Annotated[None, NotYet("workloads without a proxy come with a later version")] = None
    resilience: Annotated[None, NotYet("balancing and limits come with a later version")] = None
    rate_limits: RateLimits | None = None
    telemetry: Annotated[None, NotYet("telemetry settings come with a later version")] = None


class ServiceIntent(Model):
    """A workload, what it offers, whom it admits and whom it calls."""

    model_config = ConfigDict(title="ServiceIntent")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["ServiceIntent"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: ServiceSpec = Field(description="What is declared.")
