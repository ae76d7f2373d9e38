"""`ExternalIntent`: something outside the mesh that workloads call."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from meshc.schema.metadata import Metadata
from meshc.schema.model import Model
from meshc.schema.operation import Operation, Requests
from meshc.schema.rule import AllowList
from meshc.schema.text import DnsLabel, Host, HostPattern, Name, PortNumber, Text


class CaFile(Model):
    """Certificate authorities of one's own."""

    file: Text = Field(
        description="A PEM file of the repository with their certificates.",
        examples=["trust/stripe.pem"],
    )


class ClientCertificate(Model):
    """What we show to a server outside; never in Git."""

    secret: DnsLabel = Field(
        description="NAME.crt and NAME.key in the proxy's secrets folder.", examples=["stripe"]
    )


class TlsOrigination(Model):
    """TLS that the proxy begins for the application."""

    ca: Literal["system"] | CaFile = Field(
        description="Who may vouch for the server: the system's authorities, or those of a file.",
        examples=["system"],
    )
    sni: Host | None = Field(
        default=None,
        description="The name asked for and verified; absent: the host of the request.",
        examples=["api.stripe.com"],
    )
    certificate: ClientCertificate | None = Field(
        default=None, description="The certificate we show; absent: none."
    )


class ExternalPort(Model):
    """One port of a server outside."""

    name: Name = Field(description="The port's name.", examples=["https"])
    port: PortNumber = Field(description="The port of the server.", examples=[443])
    protocol: Literal["http", "http2", "grpc", "tls", "tcp"] = Field(
        description="What the application speaks; `tls` is passed through as it is.",
        examples=["http"],
    )
    tls: TlsOrigination | None = Field(
        default=None, description="TLS begun by the proxy; absent: none."
    )


class ExternalSpec(Model):
    """A destination outside, and who may reach it."""

    owner: DnsLabel | None = Field(
        default=None, description="The team that answers for it.", examples=["team-payments"]
    )
    hosts: Annotated[list[HostPattern], Field(min_length=1, max_length=64)] = Field(
        description="Its hosts: exact, or `*.` and a suffix.", examples=[["api.stripe.com"]]
    )
    ports: Annotated[list[ExternalPort], Field(min_length=1, max_length=64)] = Field(
        description="Its ports.", examples=[[{"name": "https", "port": 443, "protocol": "tls"}]]
    )
    operations: Annotated[dict[Name, Operation], Field(min_length=1, max_length=512)] | None = (
        Field(
            default=None,
            description="Named sets of requests, for HTTP; the others are `rest`.",
            examples=[{"charge": {"match": ["POST /v1/charges"]}}],
        )
    )
    requests: Requests | None = Field(default=None, description="For operations that do not say.")
    allow: AllowList | None = None


class ExternalIntent(Model):
    """Something outside the mesh that workloads call."""

    model_config = ConfigDict(title="ExternalIntent")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["ExternalIntent"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: ExternalSpec = Field(description="What is declared.")
