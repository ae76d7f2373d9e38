"""`Invariant`: what must hold on the graph, over every request and every path of calls."""

# ruff: noqa: TC001 - pydantic reads annotations when the module is imported

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from meshc.schema.metadata import Labels, Metadata
from meshc.schema.model import ONE_OF, Model
from meshc.schema.rule import Operations
from meshc.schema.scope import Scope
from meshc.schema.text import Caller, DnsLabel, ObjectReference, Reference, Text

FORMS = ("never", "only", "alwaysThrough", "separate", "encrypted", "authenticated", "atMost")


def is_true(value: bool) -> bool:  # noqa: FBT001 - a validator takes its value by position
    """Refuse `false`: what is not selected is left out."""
    if not value:
        raise ValueError("`true`, or nothing")
    return value


Yes = Annotated[bool, AfterValidator(is_true), Field(json_schema_extra={"const": True})]
Workloads = Annotated[
    list[ObjectReference],
    Field(min_length=1, max_length=256, examples=[["payments", "reconciler"]]),
]


class Selection(Model):
    """Workloads by what they are: exactly one of these."""

    model_config = ConfigDict(json_schema_extra=dict(ONE_OF))

    anything: Yes | None = Field(
        default=None, description="Everybody, with an identity or without.", examples=[True]
    )
    gateways: Yes | None = Field(default=None, description="Every gateway.", examples=[True])
    labels: Labels | None = Field(
        default=None,
        description="Workloads with these labels; all must hold.",
        examples=[{"data": "pci"}],
    )
    namespace: DnsLabel | None = Field(
        default=None, description="Workloads of this namespace.", examples=["shop"]
    )

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """Refuse none and several."""
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one selection")
        return self


Selected = Caller | Selection


class Never(Model):
    """No request of these gets to those, directly or over others."""

    from_: Selected = Field(alias="from", description="Who.", examples=["anonymous"])
    reach: Selected = Field(description="What.", examples=["payments"])
    except_: Workloads | None = Field(
        default=None, alias="except", description="Workloads for which it is no matter."
    )
    operations: Operations | None = None


class Only(Model):
    """Nobody else calls."""

    callers: Annotated[list[Caller], Field(min_length=1, max_length=256)] = Field(
        description="Who may.", examples=[["checkout"]]
    )
    of: Selected = Field(description="What is called.", examples=["payments"])
    operations: Operations | None = None


class AlwaysThrough(Model):
    """Every path of calls passes one of these."""

    from_: Selected = Field(alias="from", description="Where paths begin.", examples=["web"])
    reach: Selected = Field(description="Where they end.", examples=["payments"])
    through: Workloads = Field(description="One of these is on each path.")


class CallersOf(Model):
    """Everybody who may call a service, or one operation of it."""

    callers_of: Reference = Field(
        description="The service or operation.", examples=["payments.refund"]
    )


class Encrypted(Model):
    """Every connection to these workloads is mTLS."""

    scope: Scope = Field(description="Which workloads.")


class Authenticated(Model):
    """Every request to these workloads is made for a verified user."""

    scope: Scope = Field(description="Which workloads.")
    issuer: DnsLabel | None = Field(
        default=None, description="Name of a TokenIssuer; absent: any.", examples=["corp"]
    )


class Along(Model):
    """Paths of calls."""

    from_: Selected = Field(alias="from", description="Where they begin.", examples=["web"])
    reach: Selected = Field(description="Where they end.", examples=["payments"])


class AtMost(Model):
    """One request at the beginning becomes at most this many at the end, retries multiplied."""

    attempts: Annotated[int, Field(ge=1, le=1000)] = Field(description="How many.", examples=[4])
    along: Along = Field(description="On which paths.")


class InvariantSpec(Model):
    """What must hold, in exactly one form."""

    model_config = ConfigDict(json_schema_extra={"x-meshc-one-of": list(FORMS)})

    because: Text | None = Field(
        default=None,
        description="Why, in a sentence; every failure shows it.",
        examples=["PCI DSS 1.3, card data is reached only through payments"],
    )
    never: Never | None = Field(default=None, description="These never reach those.")
    only: Only | None = Field(default=None, description="Only these call those.")
    always_through: AlwaysThrough | None = Field(
        default=None, description="Paths pass one of these."
    )
    separate: Annotated[list[CallersOf], Field(min_length=2, max_length=16)] | None = Field(
        default=None,
        description="Nobody is a caller of two of these.",
        examples=[[{"callersOf": "payments.charge"}, {"callersOf": "payments.refund"}]],
    )
    encrypted: Encrypted | None = Field(default=None, description="Connections are mTLS.")
    authenticated: Authenticated | None = Field(
        default=None, description="Requests are made for users."
    )
    at_most: AtMost | None = Field(default=None, description="Retries stay bounded.")

    @model_validator(mode="after")
    def one_form(self) -> Self:
        """Refuse none and several."""
        forms = self.model_fields_set - {"because"}
        if len(forms) != 1:
            raise ValueError("exactly one form")
        return self


class Invariant(Model):
    """What must hold on the graph, over every request and every path of calls."""

    model_config = ConfigDict(title="Invariant")

    api_version: Literal["meshc.dev/v1"] = Field(description="The language's version.")
    kind: Literal["Invariant"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Which object this is.")
    spec: InvariantSpec = Field(description="What is declared.")
