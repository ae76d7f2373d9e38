"""Items of `allow` and `deny`."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from meshc.schema.matcher import Matches, When
from meshc.schema.model import NAMED, Model, named_after_first
from meshc.schema.text import Caller, Date, DnsLabel, Name, SpiffeIdPattern
from meshc.schema.user import User


class FederatedCaller(Model):
    """A caller of another trust domain, which the Mesh federates."""

    identity: SpiffeIdPattern = Field(description="Its SPIFFE ID; `/*` at the end: all below.")


Callers = Annotated[
    list[Caller | FederatedCaller],
    Field(min_length=1, description="Who; one must hold.", examples=[["checkout", "shop/*"]]),
]
Operations = Annotated[
    list[DnsLabel],
    Field(min_length=1, description="Operations; absent: every request.", examples=[["charge"]]),
]


class Allow(Model):
    """Who may do what; fields are AND."""

    name: Name | None = Field(default=None, description="The rule's name.")
    from_: Callers = Field(alias="from")
    operations: Operations | None = None
    when: When | None = Field(default=None, description="Further conditions.")
    until: Date | None = Field(default=None, description="The rule ends at this instant.")
    enforce: Literal["audit"] | None = Field(
        default=None, description="Only say what it would have decided.", examples=["audit"]
    )
    user: User | None = Field(default=None, description="For whom the caller must act.")


class Deny(Model):
    """Who may not do what; fields are AND; left out, `from` means everyone."""

    model_config = ConfigDict(json_schema_extra={"x-meshc-exclusive": [["operations", "match"]]})

    name: Name | None = Field(default=None, description="The rule's name.")
    from_: Callers | None = Field(default=None, alias="from")
    operations: Operations | None = None
    match: Matches | None = None
    when: When | None = Field(default=None, description="Further conditions.")
    until: Date | None = Field(default=None, description="The rule ends at this instant.")
    enforce: Literal["audit"] | None = Field(
        default=None, description="Only say what it would have decided.", examples=["audit"]
    )
    user: User | None = Field(default=None, description="For whom the caller must act.")

    @model_validator(mode="after")
    def operations_or_match(self) -> Self:
        """Refuse a rule that names its requests in two ways."""
        if self.operations is not None and self.match is not None:
            raise ValueError("`operations` or `match`, not both")
        return self


AllowList = Annotated[
    list[Allow],
    AfterValidator(named_after_first),
    Field(
        min_length=1,
        description="Who may do what; everything else is denied.",
        examples=[[{"from": ["checkout"], "operations": ["charge"]}]],
        json_schema_extra=NAMED,
    ),
]
DenyList = Annotated[
    list[Deny],
    AfterValidator(named_after_first),
    Field(
        min_length=1,
        description="Who may not, whatever is allowed.",
        examples=[[{"match": ["ANY /debug/**"]}]],
        json_schema_extra=NAMED,
    ),
]
