"""`GatewayIntent`: an edge workload, its listeners and its routes."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from meshc.schema.instances import Identity, Instances
from meshc.schema.metadata import Metadata
from meshc.schema.model import NAMED, Model, named_after_first
from meshc.schema.rate_limit import RateLimits
from meshc.schema.route import Hosts, Route
from meshc.schema.rule import AllowList, DenyList
from meshc.schema.telemetry import Telemetry
from meshc.schema.text import DnsLabel, Name, PortNumber


class Certificate(Model):
    """Where a listener's certificate is; never in Git."""

    secret: DnsLabel = Field(
        description="NAME.crt and NAME.key in the proxy's secrets folder.", examples=["shop-tls"]
    )


class GatewayListener(Model):
    """One port of the edge."""

    model_config = ConfigDict(
        json_schema_extra={"x-meshc-goes-with": [["certificate", "protocol", "https"]]}
    )

    name: Name = Field(description="The listener's name.", examples=["web"])
    port: PortNumber = Field(description="The port outsiders use.")
    protocol: Literal["http", "https", "http2", "grpc", "tls", "tcp"] = Field(
        description="Plain HTTP, HTTP over TLS ended here, or what is passed through.",
        examples=["https"],
    )
    hosts: Hosts | None = None
    certificate: Certificate | None = Field(default=None, description="For `https`.")

    @model_validator(mode="after")
    def certificate_with_https(self) -> Self:
        """Refuse a certificate without TLS and TLS without a certificate."""
        if (self.protocol == "https") != (self.certificate is not None):
            raise ValueError("`certificate` goes with protocol `https`")
        return self


class GatewaySpec(Model):
    """An edge workload in full."""

    owner: DnsLabel | None = Field(default=None, description="The team that answers for it.")
    identity: Identity | None = Field(default=None, description="Its identity.")
    instances: Instances | None = Field(default=None, description="Where it runs.")
    listeners: Annotated[list[GatewayListener], Field(min_length=1, max_length=64)] = Field(
        description="Its ports.", examples=[[{"name": "web", "port": 8080, "protocol": "http"}]]
    )
    routes: Annotated[
        list[Route],
        AfterValidator(named_after_first),
        Field(min_length=1, max_length=1024, json_schema_extra=NAMED),
    ] = Field(description="Where requests go.", examples=[[{"to": "frontend"}]])
    allow: AllowList | None = None
    deny: DenyList | None = None
    enforce: Literal["audit"] | None = Field(
        default=None,
        description="Refuse nothing by `deny` or for want of an `allow`; only say so.",
        examples=["audit"],
    )
    rate_limits: RateLimits | None = None
    telemetry: Telemetry | None = Field(default=None, description="What its proxy reports.")


class GatewayIntent(Model):
    """An edge workload, its listeners and its routes."""

    model_config = ConfigDict(title="GatewayIntent")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["GatewayIntent"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: GatewaySpec = Field(description="What is declared.")
