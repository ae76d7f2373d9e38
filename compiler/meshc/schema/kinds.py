"""Which kinds there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc.schema.baseline import Baseline
from meshc.schema.environment import Environment
from meshc.schema.external_intent import ExternalIntent
from meshc.schema.gateway_intent import GatewayIntent
from meshc.schema.guardrail import Guardrail
from meshc.schema.invariant import Invariant
from meshc.schema.mesh import Mesh
from meshc.schema.policy_test import PolicyTest
from meshc.schema.service_intent import ServiceIntent
from meshc.schema.token_issuer import TokenIssuer
from meshc.schema.waiver import Waiver

if TYPE_CHECKING:
    from meshc.schema.model import Model

KINDS: dict[str, type[Model]] = {
    "Baseline": Baseline,
    "Environment": Environment,
    "ExternalIntent": ExternalIntent,
    "GatewayIntent": GatewayIntent,
    "Guardrail": Guardrail,
    "Invariant": Invariant,
    "Mesh": Mesh,
    "PolicyTest": PolicyTest,
    "ServiceIntent": ServiceIntent,
    "TokenIssuer": TokenIssuer,
    "Waiver": Waiver,
}
"""The model of each kind."""
