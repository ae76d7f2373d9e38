"""`Baseline`: what the platform adds to every service in a scope."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from meshc.schema.metadata import Metadata
from meshc.schema.model import Filled, Model
from meshc.schema.operation import Operation
from meshc.schema.rule import AllowList
from meshc.schema.scope import Scope
from meshc.schema.service_intent import Probe
from meshc.schema.text import Name


class BaselineSpec(Filled):
    """Additions to services that have an HTTP port; to others they would mean nothing."""

    scope: Scope | None = Field(
        default=None, description="For which services; absent: every one with an HTTP port."
    )
    operations: Annotated[dict[Name, Operation], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="Operations that each of them gets; none may have one of that name.",
        examples=[{"metrics": {"match": ["GET /metrics"]}}],
    )
    allow: AllowList | None = None
    probes: Annotated[list[Probe], Field(min_length=1, max_length=16)] | None = Field(
        default=None,
        description="Paths that each of them answers without identity.",
        examples=[[{"path": "/healthz", "port": "api"}]],
    )


class Baseline(Model):
    """What the platform adds to every service in a scope."""

    model_config = ConfigDict(title="Baseline")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["Baseline"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: BaselineSpec = Field(description="What is declared.")
