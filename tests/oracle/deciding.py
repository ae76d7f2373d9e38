"""Verdicts and routes of one slice, with lists and loops (language reference, sections 4 and 5)."""

from __future__ import annotations

import re
from typing import Any

from oracle.canonical import BadRequestError, Request, canonicalise
from oracle.matching import (
    Fields,
    Json,
    conditions_hold,
    host_matches,
    match_holds,
    most_specific,
)

ANY_REQUEST: Json = {"headers": [], "host": None, "methods": [], "path": "/**", "query": []}


def inbound(slice_: Json, question: Json) -> Json:
    """Decide a request, or a connection on a TCP listener."""
    accepts = slice_["inbound"]
    listeners = accepts["listeners"]
    port = [one["name"] for one in listeners].index(question["listener"])
    listener = listeners[port]
    if listener["protocol"] == "tcp":
        return verdict(slice_, question, listener["name"], None)
    try:
        request = canonicalise(question["method"], question["target"], question["host"])
    except BadRequestError:
        return refusal(400)
    answer = admit(slice_, question, request, port)
    if answer["status"] == 200 and slice_["routes"]:
        answer = gateway(slice_, question, request)
    return {**answer, "path": request.path}


def admit(slice_: Json, question: Json, request: Request, port: int) -> Json:
    """Decide a canonical request that arrived on a listener."""
    accepts = slice_["inbound"]
    hosts = accepts["listeners"][port]["hosts"]
    if accepts["authorities"] and request.host not in accepts["authorities"]:
        return refusal(421)
    if hosts and not any(host_matches(one, request.host) for one in hosts):
        return refusal(421)
    matches = [match for one in accepts["operations"] for match in one["matches"]]
    rules = accepts["allow"] + accepts["deny"]
    direct = [match for rule in rules for match in rule["matches"]]
    if not readable(matches + rules + direct, question["headers"], request.query):
        return refusal(400)
    operation = classify(accepts["operations"], port, accepts["readings"], request, question)
    if operation is None:
        return refusal(400)
    return verdict(slice_, question, operation, request)


def readable(readers: list[Json], fields: Fields, query: str | None) -> bool:
    """No header is a policy header in disguise, and a query that is read can be."""
    if any(one["query"] for one in readers) and re.search(r"%(?![0-9A-Fa-f]{2})", query or ""):
        return False
    names = {condition["name"] for one in readers for condition in one["headers"]}
    for field, _ in fields:
        for name in names:
            if field.lower() != name and fold(field) == fold(name):
                return False
    return True


def fold(name: str) -> str:
    """A name as applications read it that turn `_` and `.` into `-`."""
    return name.lower().replace("_", "-").replace(".", "-")


def paths(readings: list[str], request: Request) -> list[str]:
    """What the path says under each declared reading."""
    return [request.readings[one] for one in readings]


def classify(
    operations: list[Json], port: int, readings: list[str], request: Request, question: Json
) -> str | None:
    """The one operation of a request; nothing where its readings disagree."""
    found = {
        classify_as(operations, port, path, request, question, view)
        for path in paths(readings, request)
        for view in ("every", "some")
    }
    return found.pop() if len(found) == 1 else None


def classify_as(
    operations: list[Json], port: int, path: str, request: Request, question: Json, view: str
) -> str:
    """The operation under one reading of the path and one view of repeated values."""
    if path == "*":
        return "rest"
    found = []
    for operation in operations:
        for match in operation["matches"]:
            if port in operation["ports"] and holds(match, path, request, question, view):
                found.append((0, match, operation["name"]))
    return most_specific(found) or "rest"


def holds(match: Json, path: str, request: Request, question: Json, view: str) -> bool:
    """A match against a request."""
    return match_holds(
        match, request.method, request.host, path, question["headers"], request.query, view
    )


def verdict(slice_: Json, question: Json, operation: str, request: Request | None) -> Json:
    """Deny, then allow, then denied."""
    accepts = slice_["inbound"]
    for rule in accepts["deny"]:
        if applies(slice_, rule, question, operation, request, "deny") and direct_holds(
            rule, accepts["readings"], question, request
        ):
            return {**refusal(403), "operation": operation, "rule": rule["name"]}
    for rule in accepts["allow"]:
        if applies(slice_, rule, question, operation, request, "every"):
            return {"status": 200, "operation": operation, "rule": rule["name"]}
    near = None
    if accepts["allow"]:
        near = min(
            accepts["allow"], key=lambda rule: failures(slice_, rule, question, operation, request)
        )["name"]
    return {**refusal(403), "operation": operation, "nearest": near}


def direct_holds(rule: Json, readings: list[str], question: Json, request: Request | None) -> bool:
    """The requests that a deny names itself; a connection is none."""
    if not rule["matches"]:
        return True
    if request is None:
        return False
    return any(
        holds(match, path, request, question, "deny")
        for match in rule["matches"]
        for path in paths(readings, request)
    )


def applies(
    slice_: Json, rule: Json, question: Json, operation: str, request: Request | None, view: str
) -> bool:
    """Caller, operation, time and conditions of a rule."""
    return not any(tests(slice_, rule, question, operation, request, view))


def failures(
    slice_: Json, rule: Json, question: Json, operation: str, request: Request | None
) -> int:
    """How many fields of an allow rule do not hold."""
    return sum(tests(slice_, rule, question, operation, request, "every"))


def tests(
    slice_: Json, rule: Json, question: Json, operation: str, request: Request | None, view: str
) -> list[bool]:
    """Which of the fields from, operations, until, headers, query fail."""
    only = [{"headers": rule["headers"], "query": []}, {"headers": [], "query": rule["query"]}]
    failed = []
    for part in only:
        if request is None:
            unknown = bool(part["headers"] or part["query"])
            failed.append(unknown and view != "deny")
        else:
            failed.append(not conditions_hold(part, question["headers"], request.query, view))
    return [
        not is_from(slice_["trustDomain"], rule["from"], question["from"]),
        rule["operations"] is not None and operation not in rule["operations"],
        rule["until"] is not None and question["now"] >= rule["until"],
        *failed,
    ]


def is_from(trust_domain: str, from_: Json, identity: str | None) -> bool:
    """Whether a rule speaks of a caller."""
    if from_["everyone"]:
        return True
    if identity is None:
        return bool(from_["anonymous"])
    if identity in from_["identities"]:
        return True
    ours = re.fullmatch(
        rf"spiffe://{re.escape(trust_domain)}/ns/([^/]+)/sa/([^/]+)", identity, re.DOTALL
    )
    return ours is not None and (from_["anyone"] or ours.group(1) in from_["namespaces"])


def outbound(slice_: Json, question: Json) -> Json:
    """Route a request of the workload itself."""
    try:
        request = canonicalise(question["method"], question["target"], question["host"])
    except BadRequestError:
        return refusal(400)
    for destination in slice_["destinations"]:
        if request.host in destination["authorities"]:
            http = [
                (at, port["port"])
                for at, port in enumerate(destination["ports"])
                if port["protocol"] == "http"
            ]
            if request.port is not None:
                http = [(at, port) for at, port in http if port == request.port]
            if len(http) != 1:
                answer = {**refusal(503), "destination": destination["workload"]}
            else:
                answer = send(destination, http[0], question, request)
            return {**answer, "path": request.path}
    return {**refusal(503), "path": request.path}


def send(destination: Json, port: tuple[int, int], question: Json, request: Request) -> Json:
    """Classify a request at its destination and choose the cluster."""
    at = {"destination": destination["workload"]}
    matches = [match for one in destination["operations"] for match in one["matches"]]
    if not readable(matches + destination["traffic"], question["headers"], request.query):
        return {**refusal(400), **at}
    operation = classify(
        destination["operations"], port[0], destination["readings"], request, question
    )
    if operation is None:
        return {**refusal(400), **at}
    items = {
        traffic_item(destination["traffic"], operation, request, question, view)
        for view in ("every", "some")
    }
    if len(items) != 1:
        return {**refusal(400), **at, "operation": operation}
    item = items.pop()
    found = {**at, "status": 200, "operation": operation, "port": port[1]}
    if item is None:
        return {**found, "rule": None, "cluster": destination["clusters"][0]["name"]}
    chosen = destination["traffic"][item]
    return {**found, "rule": chosen["name"], "cluster": draw(chosen["to"], question["draw"])}


def traffic_item(
    traffic: list[Json], operation: str, request: Request, question: Json, view: str
) -> int | None:
    """More header matches, then more query matches, then naming operations, then as written."""
    best: tuple[tuple[int, int, bool], int] | None = None
    for at, item in enumerate(traffic):
        if item["operations"] is not None and operation not in item["operations"]:
            continue
        if not conditions_hold(item, question["headers"], request.query, view):
            continue
        order = (len(item["headers"]), len(item["query"]), item["operations"] is not None)
        if best is None or order > best[0]:
            best = (order, at)
    return None if best is None else best[1]


def draw(shares: list[Json], number: int) -> str:
    """The cluster that a number below 2^32 falls to, by relative weight."""
    point = number * sum(share["weight"] for share in shares) // 2**32
    for share in shares:
        if point < share["weight"]:
            return str(share["cluster"])
        point -= share["weight"]
    raise AssertionError


def gateway(slice_: Json, question: Json, request: Request) -> Json:
    """Route a request that a gateway has admitted."""
    matches = [match for route in slice_["routes"] for match in route["matches"]]
    if not readable(matches, question["headers"], request.query):
        return refusal(400)
    taken: list[int | None] = []
    for path in paths(slice_["inbound"]["readings"], request):
        for view in ("every", "some"):
            taken.append(take(slice_, path, question, request, view))
    if any(one != taken[0] for one in taken):
        return refusal(400)
    if taken[0] is None:
        return refusal(404)
    route = slice_["routes"][taken[0]]
    destination = named(slice_, route["destination"])
    answer = send(destination, http_port(destination), question, readdressed(request, destination))
    if answer["status"] == 200 and route["operation"] not in {None, answer["operation"]}:
        return {**refusal(404), "destination": destination["workload"]}
    if answer["status"] == 200:
        answer["rule"] = route["name"]
    return answer


def take(slice_: Json, path: str, question: Json, request: Request, view: str) -> int | None:
    """The best route: exact host, longest wildcard, any; then the precedence of matches."""
    found: list[tuple[Any, Json, Any]] = []
    for at, route in enumerate(slice_["routes"]):
        destination = named(slice_, route["destination"])
        for host in route["hosts"] or [None]:
            for match in route["matches"] or [ANY_REQUEST]:
                if not host_matches(host, request.host):
                    continue
                if not holds(match, path, request, question, view):
                    continue
                if route["operation"] is not None:
                    inner = readdressed(request, destination)
                    port = http_port(destination)[0]
                    operation = classify_as(
                        destination["operations"], port, path, inner, question, view
                    )
                    if operation != route["operation"]:
                        continue
                klass = (host is not None and host[0] != "*", len(host or ""))
                found.append((klass, match, (at,)))
    best = most_specific(found)
    return None if best is None else int(best[0])


def named(slice_: Json, workload: str) -> Json:
    """A destination by its workload."""
    found: Json = next(one for one in slice_["destinations"] if one["workload"] == workload)
    return found


def http_port(destination: Json) -> tuple[int, int]:
    """Position and number of the first HTTP port."""
    return next(
        (at, port["port"])
        for at, port in enumerate(destination["ports"])
        if port["protocol"] == "http"
    )


def readdressed(request: Request, destination: Json) -> Request:
    """The request as the gateway sends it on."""
    namespace, name = destination["workload"].split("/")
    return Request(
        request.method,
        f"{name}.{namespace}",
        None,
        request.path,
        request.query,
        request.readings,
    )


def refusal(status: int) -> Json:
    """An answer that is no."""
    return {"status": status}
