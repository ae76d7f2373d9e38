"""`Environment`: what is different in staging, in production, in one cluster."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from meshc.schema.metadata import MeshWideMetadata
from meshc.schema.model import Filled, MergePatch, Model
from meshc.schema.text import DnsLabel, Name, Text

Patterns = Annotated[list[Text], Field(min_length=1, max_length=256)]


class FileSelection(Filled):
    """Which files of the repository belong to it: `*` within one folder, `**` any folders."""

    include: Patterns | None = Field(
        default=None, description="One of these; absent: every file.", examples=[["shop/**"]]
    )
    exclude: Patterns | None = Field(
        default=None, description="And none of these.", examples=[["**/load-test.yaml"]]
    )


class PatchTarget(Model):
    """The object that a patch changes."""

    kind: Literal[
        "Baseline",
        "ExternalIntent",
        "GatewayIntent",
        "Guardrail",
        "Invariant",
        "Mesh",
        "PolicyTest",
        "ServiceIntent",
        "TokenIssuer",
        "Waiver",
    ] = Field(description="Its kind.", examples=["ServiceIntent"])
    namespace: DnsLabel | None = Field(
        default=None,
        description="Its namespace; absent for kinds that have none.",
        examples=["shop"],
    )
    name: DnsLabel = Field(description="Its name.", examples=["payments"])


class MetadataPatch(Filled):
    """Labels and annotations; a patch renames nothing."""

    labels: MergePatch | None = Field(
        default=None, description="Labels by name; `null` removes one.", examples=[{"data": "pci"}]
    )
    annotations: MergePatch | None = Field(
        default=None,
        description="Annotations by name; `null` removes one.",
        examples=[{"note": "load test"}],
    )


class Merge(Filled):
    """A part of the object as JSON merge patch (RFC 7396).

    What is written replaces, `null` removes.

    Items of ports, listeners, traffic, allow, deny, rateLimits and routes are merged by `name`, of
    calls by `to`, of static instances by `address`; other lists are replaced.
    """

    metadata: MetadataPatch | None = Field(default=None, description="Labels and annotations.")
    spec: MergePatch | None = Field(
        default=None,
        description="Of what is declared; checked as the whole object is.",
        examples=[{"requests": {"timeout": "2s"}}],
    )


class Patch(Model):
    """One change of one object."""

    name: Name = Field(description="The patch's name.", examples=["shorter-timeout"])
    target: PatchTarget = Field(description="What it changes.")
    merge: Merge = Field(description="The change.")


class Widening(Model):
    """A patch that may admit more than the base does, and why."""

    patch: DnsLabel = Field(description="Name of the patch.", examples=["shorter-timeout"])
    reason: Text = Field(description="Why.", examples=["load tests come from outside"])


class EnvironmentSpec(Filled):
    """What is different."""

    files: FileSelection | None = Field(
        default=None, description="Which files belong to it; absent: all."
    )
    patches: Annotated[list[Patch], Field(min_length=1, max_length=1024)] | None = Field(
        default=None,
        description="Changes; no two may set one value.",
        examples=[
            [
                {
                    "name": "shorter-timeout",
                    "target": {"kind": "ServiceIntent", "namespace": "shop", "name": "payments"},
                    "merge": {"spec": {"requests": {"timeout": "2s"}}},
                }
            ]
        ],
    )
    widens: Annotated[list[Widening], Field(min_length=1)] | None = Field(
        default=None,
        description="Patches that may admit more than the base.",
        examples=[[{"patch": "load-test", "reason": "load tests come from outside"}]],
    )


class Environment(Model):
    """What is different in staging, in production, in one cluster."""

    model_config = ConfigDict(title="Environment")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["Environment"] = Field(description="The kind.")
    metadata: MeshWideMetadata = Field(description="Which object this is.")
    spec: EnvironmentSpec = Field(description="What is declared.")
