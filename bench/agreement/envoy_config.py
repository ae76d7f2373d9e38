"""Policies as Envoy's configuration: one virtual host a policy, its routes, its two RBAC filters.

The caller's identity travels in the header `x-caller`, which the harness alone sets, and rules name
it by header principals: what is compared is matching, and Envoy compares an `authenticated`
principal with the same string matcher. The connection manager is hardened as far as Envoy can be:
paths normalised, slashes merged, encoded ones refused, headers with `_` refused, port and trailing
dot taken off the host.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from agreement.policy import NAMESPACE
from oracle.generator import TRUST_DOMAIN
from peers import address, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreement.policy import Policy

Json = dict[str, Any]

RBAC = "extensions.filters.http.rbac.v3"
IDENTITY = "x-caller"
PAIR, ROUTE, DETAILS = "x-pair", "x-route", "x-details"
"""Headers of answers: the pair's number, the route that matched, why Envoy answered so."""
SEGMENT = "[^/]+"
SUBDELIMS = "!$&'()*+,;=:@~"


def config(policies: Sequence[Policy], port: int) -> Json:
    """Give Envoy's static configuration for all policies."""
    hosts = [virtual_host(one) for one in policies]
    misdirected = {"match": {"prefix": "/"}, "direct_response": {"status": 421}}
    hosts.append({"name": "other", "domains": ["*"], "routes": [misdirected]})
    filters = [
        typed("deny", f"{RBAC}.RBAC"),
        typed("allow", f"{RBAC}.RBAC"),
        typed("router", "extensions.filters.http.router.v3.Router"),
    ]
    manager = typed(
        "hcm",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="in",
        codec_type="HTTP1",
        route_config={"name": "r", "virtual_hosts": hosts},
        http_filters=filters,
        local_reply_config={"mappers": [answer_mapper()]},
        **hardening(),
    )
    listener = {"name": "l", "address": address(port), "filter_chains": [{"filters": [manager]}]}
    return {"static_resources": {"listeners": [listener]}}


def hardening() -> Json:
    """Give the options that come nearest to our canonical form."""
    return {
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
        "strip_any_host_port": True,
        "strip_trailing_host_dot": True,
        "stream_error_on_invalid_http_message": True,
        "generate_request_id": False,
    }


def answer_mapper() -> Json:
    """Give the mapper that writes on every answer what is compared; Envoy makes all answers."""
    wanted = {PAIR: f"%REQ({PAIR})%", ROUTE: "%ROUTE_NAME%", DETAILS: "%RESPONSE_CODE_DETAILS%"}
    always = {"value": {"default_value": 0, "runtime_key": "none"}, "op": "GE"}
    return {
        "filter": {"status_code_filter": {"comparison": always}},
        "headers_to_add": [
            {"header": {"key": key, "value": value}} for key, value in wanted.items()
        ],
    }


def virtual_host(policy: Policy) -> Json:
    """Give a policy's virtual host: routes for operations, rules for the rest."""
    routes = [route(match, operation) for match, operation in policy.ordered]
    rest = {"safe_regex": {"regex": ".*"}}
    routes.append({"name": "rest", "match": rest, "direct_response": {"status": 200}})
    return {
        "name": policy.name,
        "domains": policy.authorities,
        "routes": routes,
        "typed_per_filter_config": {
            "deny": per_route(policy, "DENY"),
            "allow": per_route(policy, "ALLOW"),
        },
    }


def route(match: Json, operation: str) -> Json:
    """Give the route of one match of an operation."""
    headers = [one for condition in match["headers"] for one in route_headers(condition)]
    if match["methods"]:
        headers.append({"name": ":method", "string_match": one_of(match["methods"])})
    matched = {**route_path(match["path"]), "headers": headers}
    return {"name": operation, "match": matched, "direct_response": {"status": 200}}


def route_path(pattern: str) -> Json:
    """Give a path pattern as a route matches it."""
    if pattern == "/**":
        return {"prefix": "/"}
    if "{" in pattern:
        return {"safe_regex": {"regex": path_regex(pattern)}}
    if pattern.endswith("/**"):
        return {"path_separated_prefix": spelled(pattern.removesuffix("/**"))}
    return {"path": spelled(pattern)}


def path_regex(pattern: str) -> str:
    """Give a path pattern as a regular expression over the whole path."""
    below = ".*" if pattern == "/**" else "(/.*)?"
    segments = re.split(r"\{[^}]*\}", pattern.removesuffix("/**"))
    whole = SEGMENT.join(re.escape(spelled(one)) for one in segments)
    return whole + below if pattern.endswith("/**") else whole


def spelled(text: str) -> str:
    """Give decoded text as a normalised path spells it."""
    return quote(text, safe="/" + SUBDELIMS)


def one_of(values: Sequence[str]) -> Json:
    """Give a string matcher for any of several values."""
    if len(values) == 1:
        return {"exact": values[0]}
    return {"safe_regex": {"regex": "|".join(re.escape(one) for one in values)}}


def string_match(test: Json) -> Json:
    """Give the string matcher of a test on a value."""
    ((kind, wanted),) = test.items()
    if kind == "oneOf":
        return one_of(wanted)
    return {{"equals": "exact"}.get(kind, kind): wanted}


def route_headers(condition: Json) -> list[Json]:
    """Give a condition of a match: absence never satisfies `not`."""
    name, test = condition["name"], condition["test"]
    if "present" in test:
        return [{"name": name, "present_match": test["present"] != condition["not"]}]
    matched = {"name": name, "string_match": string_match(test)}
    if not condition["not"]:
        return [matched]
    return [{"name": name, "present_match": True}, {**matched, "invert_match": True}]


def per_route(policy: Policy, action: str) -> Json:
    """Give one RBAC filter's rules for a policy."""
    rules = policy.deny if action == "DENY" else policy.allow
    policies = {
        rule["name"]: {
            "permissions": [permission(policy, rule, action)],
            "principals": [principal(one) for one in rule["from"]] or [{"any": True}],
        }
        for rule in rules
    }
    return {
        "@type": f"type.googleapis.com/envoy.{RBAC}.RBACPerRoute",
        "rbac": {"rules": {"action": action, "policies": policies}},
    }


def permission(policy: Policy, rule: Json, action: str) -> Json:
    """Give what a rule speaks of: operations or requests, and header conditions."""
    every: list[Json] = []
    if rule["operations"]:
        every.append(any_of([operation(policy, name) for name in rule["operations"]]))
    if rule["matches"]:
        every.append(any_of([matching(match, action) for match in rule["matches"]]))
    every += [header(condition, action) for condition in rule["headers"]]
    return all_of(every)


def operation(policy: Policy, name: str) -> Json:
    """Give the requests of an operation: a match of it, and none that goes before it."""
    ordered = policy.ordered
    if name == "rest":
        return none_of([matching(match, "ALLOW") for match, _ in ordered])
    found = []
    for at, (match, owner) in enumerate(ordered):
        if owner == name:
            before = [matching(one, "ALLOW") for one, other in ordered[:at] if other != name]
            found.append(all_of([matching(match, "ALLOW"), none_of(before)]))
    return any_of(found)


def matching(match: Json, action: str) -> Json:
    """Give the requests of one match."""
    every = [header(condition, action) for condition in match["headers"]]
    if match["methods"]:
        every.append({"header": {"name": ":method", "string_match": one_of(match["methods"])}})
    regex = {"safe_regex": {"regex": path_regex(match["path"])}}
    exact = {"exact": spelled(match["path"])}
    pattern = "{" in match["path"] or match["path"].endswith("/**")
    every.append({"url_path": {"path": regex if pattern else exact}})
    return all_of(every)


def header(condition: Json, action: str) -> Json:
    """Give a header condition: absence satisfies `not` in a deny, nowhere else."""
    if action == "DENY" and condition["not"] and "present" not in condition["test"]:
        return {"not_rule": header({**condition, "not": False}, action)}
    return all_of([{"header": one} for one in route_headers(condition)])


def all_of(rules: list[Json]) -> Json:
    """Give the requests of which every permission speaks."""
    return {"and_rules": {"rules": rules}} if rules else {"any": True}


def any_of(rules: list[Json]) -> Json:
    """Give the requests of which some permission speaks."""
    return {"or_rules": {"rules": rules}}


def none_of(rules: list[Json]) -> Json:
    """Give the requests of which no permission speaks."""
    return {"not_rule": any_of(rules)} if rules else {"any": True}


def principal(reference: str) -> Json:
    """Give the callers of a reference: a workload, `namespace/*`, `anyone`."""
    identity = f"spiffe://{TRUST_DOMAIN}/ns/"
    if reference == "anyone":
        found: Json = {"safe_regex": {"regex": f"{re.escape(identity)}{SEGMENT}/sa/{SEGMENT}"}}
    elif reference.endswith("/*"):
        namespace = reference.removesuffix("/*")
        found = {"safe_regex": {"regex": f"{re.escape(identity + namespace)}/sa/{SEGMENT}"}}
    else:
        namespace, _, name = reference.rpartition("/")
        found = {"exact": f"{identity}{namespace or NAMESPACE}/sa/{name}"}
    return {"header": {"name": IDENTITY, "string_match": found}}
