"""What the language can say and nothing carries out yet: the one table of refusals (MC109).

Everything here is modelled in full, so what is wrong inside it is found; then it is refused by
name and never dropped. The generated schema is annotated from this table (`x-meshc-not-yet`), and
the native checker reads the annotations. To take something into use, delete its row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final[Mapping[str, str]] = {
    "ExternalIntent": "no proxy sends requests out of the mesh yet",
    "Invariant": "nothing proves invariants yet",
}
"""Kinds that are refused, and why; one without a model is refused unread."""

FIELDS: Final[Mapping[tuple[str, str], str]] = {
    ("Defaults", "instances"): "no controller discovers instances yet",
    ("Defaults", "limits"): "no proxy holds these limits yet",
    ("Defaults", "telemetry"): "no proxy takes sampling and log settings yet",
    ("GatewaySpec", "telemetry"): "no proxy takes sampling and log settings yet",
    ("Instances", "dns"): "no controller resolves instances by DNS yet",
    ("Instances", "kubernetes"): "no controller reads EndpointSlices yet",
    ("Match", "grpc"): "no proxy speaks gRPC yet",
    ("Operation", "upgrade"): "no proxy passes upgrades on yet",
    ("Route", "cors"): "no gateway answers CORS preflights yet",
    ("Route", "directResponse"): "no gateway answers by itself yet",
    ("Route", "redirect"): "no gateway redirects yet",
    ("Route", "rewrite"): "no gateway rewrites requests yet",
    ("ServiceSpec", "proxy"): "every workload has a proxy so far",
    ("ServiceSpec", "resilience"): "no proxy takes balancing, limits or ejection from here yet",
    ("ServiceSpec", "telemetry"): "no proxy takes sampling and log settings yet",
    ("WaiverSpec", "invariant"): "nothing proves invariants yet",
}
"""Fields by the model that holds them, as they are written, and why they are refused."""

VALUES: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("GatewayListener", "protocol"): {
        "grpc": "no proxy speaks gRPC yet",
        "http2": "no listener takes HTTP/2 without TLS yet",
        "tcp": "no gateway passes TCP on yet",
        "tls": "no gateway passes TLS through yet",
    },
    ("MeshSpec", "consent"): {"both": "no callee checks what its callers declare yet"},
    ("Port", "mtls"): {
        "none": "no proxy serves a port without mTLS yet",
        "permissive": "no proxy serves a permissive port yet",
    },
    ("Port", "protocol"): {
        "grpc": "no proxy speaks gRPC yet",
        "http2": "no port takes HTTP/2 alone yet",
        "tls": "no proxy passes TLS through yet",
    },
    ("SidedScope", "side"): {"caller": "no proxy refuses what its own workload sends yet"},
}
"""Values of fields, and why they are refused."""
