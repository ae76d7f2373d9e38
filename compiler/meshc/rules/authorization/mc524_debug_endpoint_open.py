"""A path for operators can be reached by anybody outside.

Why it matters:
`/metrics`, `/debug` and `/admin` tell how a service is built and let others change it. A gateway
that admits everybody and a route to the whole service are enough. Paths that are declared as an
operation are looked at: `actuator`, `admin`, `debug`, `heapdump`, `jolokia`, `metrics`, `pprof` and
`server-status`.

What to do:
Narrow the route by `match` or to one operation, deny the path at the gateway, or admit only who
proves to be somebody (`user`).
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "judge"
HELP: Final = "narrow the route, deny the path at the gateway, or ask for a user"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: web}]
#               ^^^ here
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    metrics: {match: ["GET /metrics"]}
  allow: [{from: [edge], operations: [metrics, rest]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: web}]
  allow: [{from: [anonymous]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    metrics: {match: ["GET /metrics"]}
  allow: [{from: [edge], operations: [rest]}]
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: GatewayIntent
metadata: {name: edge, namespace: shop}
spec:
  listeners: [{name: web, port: 8080, protocol: http}]
  routes: [{to: web}]
  allow: [{from: [anonymous]}]
  deny: [{match: ["ANY /metrics/**"]}]
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    metrics: {match: ["GET /metrics"]}
  allow: [{from: [edge], operations: [metrics, rest]}]
"""),
)
