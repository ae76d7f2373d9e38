"""For whom a caller acts: claims of a verified token, and what is asked of them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from meshc.schema.model import EXACT, ONE_OF, Json, Model
from meshc.schema.text import DnsLabel, RegexText, Text

Integer = Annotated[int, Field(ge=-EXACT, le=EXACT)]
Scalar = Text | Integer | bool
"""What a claim is compared with; `7`, `"7"` and `true` are three different values."""

ClaimPath = Annotated[Text, Field(examples=["realm_access/roles"])]
"""Names of JSON members with `/` between them; in a name `~1` is `/` and `~0` is `~` (RFC 6901)."""


class ClaimTest(Model):
    """What is asked of a claim: exactly one of these. A value of another type fails an allow."""

    model_config = ConfigDict(json_schema_extra=dict(ONE_OF))

    equals: Scalar | None = Field(
        default=None, description="Is exactly this, type and value.", examples=["gold"]
    )
    one_of: Annotated[list[Scalar], Field(min_length=1)] | None = Field(
        default=None, description="Is one of these, all of one type.", examples=[["gold", "silver"]]
    )
    prefix: Text | None = Field(
        default=None, description="Is text that starts with this.", examples=["team-"]
    )
    suffix: Text | None = Field(
        default=None, description="Is text that ends with this.", examples=["@corp.example"]
    )
    present: bool | None = Field(
        default=None, description="Is there (true) or is not (false).", examples=[True]
    )
    regex: RegexText | None = Field(
        default=None, description="Is text that this matches as a whole.", examples=["[a-z]+"]
    )
    has: Scalar | None = Field(
        default=None,
        description="Is a list with this member; a `scope` is the list of its words.",
        examples=["payments-support"],
    )

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """Refuse none and several."""
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one test")
        return self


class ClaimMatcher(ClaimTest):
    """A test, or one under `not`."""

    not_: ClaimTest | None = Field(
        default=None, alias="not", description="Does not.", examples=[{"has": "contractors"}]
    )


class User(Model):
    """Only with a verified token of this issuer, in which all of this holds."""

    issuer: DnsLabel = Field(description="Name of a TokenIssuer.", examples=["corp"])
    claims: Annotated[dict[ClaimPath, ClaimMatcher], Field(min_length=1)] | None = Field(
        default=None,
        description="Conditions on claims, by path; all must hold. Absent: any user of the issuer.",
        examples=[{"groups": {"has": "payments-support"}}],
    )


class TokenUser(Model):
    """A user as a verified token names one, for trying rules without a token."""

    issuer: DnsLabel = Field(description="Name of a TokenIssuer.", examples=["corp"])
    claims: dict[Text, Json] | None = Field(
        default=None,
        description="The claims as the token holds them.",
        examples=[{"sub": "ann", "groups": ["payments-support"]}],
    )
