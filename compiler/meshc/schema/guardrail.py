"""`Guardrail`: rules of the platform that no narrower document can undo."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from meshc.schema.matcher import Matches, When
from meshc.schema.metadata import Metadata
from meshc.schema.model import NAMED, Filled, Model, Never, named_after_first
from meshc.schema.rule import Callers
from meshc.schema.scope import SidedScope
from meshc.schema.text import DnsLabel, Duration, Name
from meshc.schema.user import User


class GuardrailDeny(Model):
    """What nobody may do in the scope; fields are AND."""

    name: Name | None = Field(default=None, description="The rule's name.")
    match: Matches | None = None
    from_: Callers | None = Field(default=None, alias="from")
    user: User | None = Field(default=None, description="For whom the caller acts.")
    when: When | None = Field(default=None, description="Further conditions.")
    enforce: Literal["audit"] | None = Field(
        default=None, description="Only say what it would have decided.", examples=["audit"]
    )
    until: Annotated[None, Never("a guardrail holds until somebody removes it")] = None
    operations: Annotated[
        None, Never("operations belong to one service; name the requests with `match`")
    ] = None


class RequiredUser(Model):
    """Somebody for whom every caller must act."""

    issuer: DnsLabel = Field(description="Name of a TokenIssuer.", examples=["corp"])


class Requirements(Filled):
    """What every workload in the scope must say."""

    mtls: Literal["strict"] | None = Field(
        default=None, description="Every port of a service demands mTLS.", examples=["strict"]
    )
    owner: bool | None = Field(default=None, description="A team answers for it.", examples=[True])
    user: RequiredUser | None = Field(
        default=None, description="Every rule that allows HTTP asks for a user of this issuer."
    )
    timeout_at_most: Duration | None = Field(
        default=None, description="No request may take longer, whether written or by default."
    )
    no_wildcard_from: bool | None = Field(
        default=None,
        description="No rule allows `anyone`, a whole namespace or everything below an identity.",
        examples=[True],
    )


GuardrailDenyList = Annotated[
    list[GuardrailDeny],
    AfterValidator(named_after_first),
    Field(
        min_length=1,
        max_length=64,
        description="What nobody may do, whatever is allowed.",
        examples=[[{"match": ["ANY /debug/**"]}]],
        json_schema_extra=NAMED,
    ),
]


class GuardrailSpec(Model):
    """Rules over a scope."""

    scope: SidedScope | None = Field(
        default=None, description="For which workloads; absent: every service and gateway."
    )
    deny: GuardrailDenyList | None = None
    require: Requirements | None = Field(
        default=None, description="What each of them must say; checked when it is compiled."
    )


class Guardrail(Model):
    """Rules of the platform that no narrower document can undo."""

    model_config = ConfigDict(title="Guardrail")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["Guardrail"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: GuardrailSpec = Field(description="What is declared.")
