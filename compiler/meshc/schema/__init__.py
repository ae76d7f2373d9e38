"""What people may write: takes a document's content, gives a checked model of its kind.

The models are the only source of the schema. `python -m meshc.schema` writes it to `schemas/` (for
editors and other tools) and to `generated.json` beside this file, which the native checker reads:
`meshc lint` never imports pydantic, so the models are imported when somebody asks for one.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meshc.schema.baseline import Baseline
    from meshc.schema.external_intent import ExternalIntent
    from meshc.schema.gateway_intent import GatewayIntent
    from meshc.schema.guardrail import Guardrail
    from meshc.schema.invariant import Invariant
    from meshc.schema.mesh import Mesh
    from meshc.schema.policy_test import PolicyTest
    from meshc.schema.service_intent import ServiceIntent
    from meshc.schema.token_issuer import TokenIssuer
    from meshc.schema.waiver import Waiver

__all__ = [
    "API_VERSION",
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
    "native_schema",
]

API_VERSION = "meshc.dev/v1"
"""The version every document names."""


def native_schema() -> bytes:
    """Give the generated schema as the native checker wants it."""
    return resources.files(__package__).joinpath("generated.json").read_bytes()


def __getattr__(name: str) -> object:
    """Import the model of a kind on first use; raises AttributeError for any other name."""
    if name not in __all__ or name in globals():
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from meshc.schema.kinds import KINDS  # pydantic takes 100 ms to import

    return KINDS[name]
