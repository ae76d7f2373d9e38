"""Which kinds there are, and which are known and not yet enforceable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc.schema.baseline import Baseline
from meshc.schema.environment import Environment
from meshc.schema.gateway_intent import GatewayIntent
from meshc.schema.guardrail import Guardrail
from meshc.schema.mesh import Mesh
from meshc.schema.policy_test import PolicyTest
from meshc.schema.service_intent import ServiceIntent
from meshc.schema.token_issuer import TokenIssuer

if TYPE_CHECKING:
    from meshc.schema.model import Model

KINDS: dict[str, type[Model]] = {
    "Baseline": Baseline,
    "Environment": Environment,
    "GatewayIntent": GatewayIntent,
    "Guardrail": Guardrail,
    "Mesh": Mesh,
    "PolicyTest": PolicyTest,
    "ServiceIntent": ServiceIntent,
    "TokenIssuer": TokenIssuer,
}
"""The model of each kind."""

NOT_YET: dict[str, str] = {
    "ExternalIntent": "destinations outside the mesh come with a later version",
    "Invariant": "invariants come with a later version",
    "Waiver": "waivers come with a later version",
}
"""Kinds of the language that are refused by name, and what is missing."""
