"""Verdicts and routes of one slice, with lists and loops (language reference, sections 4 and 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from oracle.canonical import BadRequestError, Request, canonicalise
from oracle.matching import (
    Json,
    Seen,
    conditions_hold,
    host_matches,
    match_holds,
    most_specific,
)


@dataclass(frozen=True)
class Asked:
    """A question about a slice; a connection is one without a request."""

    slice_: Json
    question: Json
    request: Request | None

    @property
    def seen(self) -> Seen:
        """What matchers look at."""
        request = self.canonical
        fields = self.question["headers"]
        return Seen(request.method, request.host, request.query, fields)

    @property
    def canonical(self) -> Request:
        """The request, where there must be one."""
        assert self.request is not None
        return self.request


ANY_REQUEST: Json = {"headers": [], "host": None, "methods": [], "path": "/**", "query": []}


def inbound(slice_: Json, question: Json) -> Json:
    """Decide a request, or a connection on a TCP listener."""
    accepts = slice_["inbound"]
    listeners = accepts["listeners"]
    port = [one["name"] for one in listeners].index(question["listener"])
    listener = listeners[port]
    if listener["protocol"] == "tcp":
        return verdict(Asked(slice_, question, None), listener["name"])
    try:
        request = canonicalise(question["method"], question["target"], question["host"])
    except BadRequestError:
        return refusal(400)
    asked = Asked(slice_, question, request)
    answer = admit(asked, port)
    if answer["status"] == 200 and slice_["routes"]:
        answer = gateway(asked)
    return {**answer, "path": request.path}


def admit(asked: Asked, port: int) -> Json:
    """Decide a canonical request that arrived on a listener."""
    accepts, host = asked.slice_["inbound"], asked.canonical.host
    hosts = accepts["listeners"][port]["hosts"]
    if accepts["authorities"] and host not in accepts["authorities"]:
        return refusal(421)
    if hosts and not any(host_matches(one, host) for one in hosts):
        return refusal(421)
    matches = [match for one in accepts["operations"] for match in one["matches"]]
    rules = accepts["allow"] + accepts["deny"]
    direct = [match for rule in rules for match in rule["matches"]]
    if not readable(matches + rules + direct, asked.seen):
        return refusal(400)
    operation = classify(accepts, port, asked)
    if operation is None:
        return refusal(400)
    return verdict(asked, operation)


def readable(readers: list[Json], seen: Seen) -> bool:
    """No header is a policy header in disguise, and a query that is read can be."""
    if any(one["query"] for one in readers) and re.search(r"%(?![0-9A-Fa-f]{2})", seen.query or ""):
        return False
    names = {condition["name"] for one in readers for condition in one["headers"]}
    for field, _ in seen.fields:
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


def classify(workload: Json, port: int, asked: Asked) -> str | None:
    """The one operation of a request; nothing where its readings disagree."""
    found = {
        classify_as(workload["operations"], port, asked.seen, path, view)
        for path in paths(workload["readings"], asked.canonical)
        for view in ("every", "some")
    }
    return found.pop() if len(found) == 1 else None


def classify_as(operations: list[Json], port: int, seen: Seen, path: str, view: str) -> str:
    """The operation under one reading of the path and one view of repeated values."""
    if path == "*":
        return "rest"
    found: list[tuple[tuple[bool, int], Json, str]] = [
        ((False, 0), match, operation["name"])
        for operation in operations
        for match in operation["matches"]
        if port in operation["ports"] and match_holds(match, seen, path, view)
    ]
    return most_specific(found) or "rest"


def verdict(asked: Asked, operation: str) -> Json:
    """Deny, then allow, then denied."""
    accepts = asked.slice_["inbound"]
    for rule in accepts["deny"]:
        if not any(failures(asked, rule, operation, "deny")) and direct_holds(asked, rule):
            return {**refusal(403), "operation": operation, "rule": rule["name"]}
    for rule in accepts["allow"]:
        if not any(failures(asked, rule, operation, "every")):
            return {"status": 200, "operation": operation, "rule": rule["name"]}
    near = min(
        accepts["allow"],
        key=lambda rule: sum(failures(asked, rule, operation, "every")),
        default={"name": None},
    )
    return {**refusal(403), "operation": operation, "nearest": near["name"]}


def direct_holds(asked: Asked, rule: Json) -> bool:
    """The requests that a deny names itself; a connection is none."""
    if not rule["matches"]:
        return True
    if asked.request is None:
        return False
    return any(
        match_holds(match, asked.seen, path, "deny")
        for match in rule["matches"]
        for path in paths(asked.slice_["inbound"]["readings"], asked.request)
    )


def failures(asked: Asked, rule: Json, operation: str, view: str) -> list[bool]:
    """Which of the fields from, operations, until, headers, query fail."""
    now = asked.question["now"]
    failed = [
        not is_from(asked.slice_["trustDomain"], rule["from"], asked.question["from"]),
        rule["operations"] is not None and operation not in rule["operations"],
        rule["until"] is not None and now >= rule["until"],
    ]
    for part in (
        {"headers": rule["headers"], "query": []},
        {"headers": [], "query": rule["query"]},
    ):
        if asked.request is None:
            unknown = bool(part["headers"] or part["query"])
            failed.append(unknown and view != "deny")
        else:
            failed.append(not conditions_hold(part, asked.seen, view))
    return failed


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
                answer = send(destination, http[0], Asked(slice_, question, request))
            return {**answer, "path": request.path}
    return {**refusal(503), "path": request.path}


def send(destination: Json, port: tuple[int, int], asked: Asked) -> Json:
    """Classify a request at its destination and choose the cluster."""
    at = {"destination": destination["workload"]}
    matches = [match for one in destination["operations"] for match in one["matches"]]
    if not readable(matches + destination["traffic"], asked.seen):
        return {**refusal(400), **at}
    operation = classify(destination, port[0], asked)
    if operation is None:
        return {**refusal(400), **at}
    items = {
        traffic_item(destination["traffic"], operation, asked.seen, view)
        for view in ("every", "some")
    }
    if len(items) != 1:
        return {**refusal(400), **at, "operation": operation}
    item = items.pop()
    found = {**at, "status": 200, "operation": operation, "port": port[1]}
    if item is None:
        return {**found, "rule": None, "cluster": destination["clusters"][0]["name"]}
    chosen = destination["traffic"][item]
    return {**found, "rule": chosen["name"], "cluster": draw(chosen["to"], asked.question["draw"])}


def traffic_item(traffic: list[Json], operation: str, seen: Seen, view: str) -> int | None:
    """More header matches, then more query matches, then naming operations, then as written."""
    best: tuple[tuple[int, int, bool], int] | None = None
    for at, item in enumerate(traffic):
        if item["operations"] is not None and operation not in item["operations"]:
            continue
        if not conditions_hold(item, seen, view):
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


def gateway(asked: Asked) -> Json:
    """Route a request that a gateway has admitted."""
    slice_ = asked.slice_
    matches = [match for route in slice_["routes"] for match in route["matches"]]
    if not readable(matches, asked.seen):
        return refusal(400)
    taken = {
        take(asked, path, view)
        for path in paths(slice_["inbound"]["readings"], asked.canonical)
        for view in ("every", "some")
    }
    if len(taken) > 1:
        return refusal(400)
    (at,) = taken
    if at is None:
        return refusal(404)
    route = slice_["routes"][at]
    destination = named(slice_, route["destination"])
    port = http_port(destination, route["operation"])
    answer = send(destination, port, readdressed(asked, destination))
    if answer["status"] == 200 and route["operation"] not in {None, answer["operation"]}:
        return {**refusal(404), "destination": destination["workload"]}
    if answer["status"] == 200:
        answer["rule"] = route["name"]
    return answer


def take(asked: Asked, path: str, view: str) -> int | None:
    """The best route: exact host, longest wildcard, any; then the precedence of matches."""
    found = [
        ((host is not None and host[0] != "*", len(host or "")), match, at)
        for at, route in enumerate(asked.slice_["routes"])
        for host in route["hosts"] or [None]
        for match in route["matches"] or [ANY_REQUEST]
        if host_matches(host, asked.canonical.host)
        and match_holds(match, asked.seen, path, view)
        and leads_on(asked, route, path, view)
    ]
    return most_specific(found)


def leads_on(asked: Asked, route: Json, path: str, view: str) -> bool:
    """Whether the request is of the one operation that a route leads to."""
    if route["operation"] is None:
        return True
    destination = named(asked.slice_, route["destination"])
    port, _ = http_port(destination, route["operation"])
    seen = readdressed(asked, destination).seen
    operation = classify_as(destination["operations"], port, seen, path, view)
    return bool(operation == route["operation"])


def named(slice_: Json, workload: str) -> Json:
    """A destination by its workload."""
    found: Json = next(one for one in slice_["destinations"] if one["workload"] == workload)
    return found


def http_port(destination: Json, operation: str | None) -> tuple[int, int]:
    """Position and number of the one HTTP port that offers an operation."""
    offering = [one["ports"] for one in destination["operations"] if one["name"] == operation]
    (found,) = (
        (at, port["port"])
        for at, port in enumerate(destination["ports"])
        if port["protocol"] == "http" and (not offering or at in offering[0])
    )
    return found


def readdressed(asked: Asked, destination: Json) -> Asked:
    """The request as the gateway sends it on."""
    namespace, name = destination["workload"].split("/")
    request = replace(asked.canonical, host=f"{name}.{namespace}", port=None)
    return replace(asked, request=request)


def refusal(status: int) -> Json:
    """An answer that is no."""
    return {"status": status}
