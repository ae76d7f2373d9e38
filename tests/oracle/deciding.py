"""Verdicts and routes of one slice, with lists and loops (language reference, sections 4 and 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from oracle.canonical import BadRequestError, Request, canonicalise
from oracle.claims import user_holds
from oracle.matching import (
    Json,
    Path,
    Seen,
    conditions_hold,
    folded,
    host_matches,
    match_holds,
    most_specific,
)
from oracle.when import client_of, hours_hold, inside


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


ANY_REQUEST: Json = {"headers": [], "host": None, "methods": [], "path": "/**", "query": [],
                     "regex": None}  # fmt: skip


def whole(slice_: Json) -> Json:
    """A slice as the compiler writes it, with what it leaves out; matches without `regex` too."""
    inbound = {"audit": False, "gateways": [], "guardrails": [], **slice_["inbound"]}
    inbound["operations"] = list(map(with_matches, inbound["operations"]))
    for name in ("allow", "deny", "guardrails"):
        inbound[name] = [with_matches({**PLAIN_RULE, **rule}) for rule in inbound[name]]
        for rule in inbound[name]:
            rule["from"] = {"prefixes": [], **rule["from"]}
    return {**slice_, "inbound": inbound}


#: What a rule is that asks for nothing further.
PLAIN_RULE: Json = {
    "audit": False, "client": [], "hours": None, "since": None, "source": [], "user": None,
}  # fmt: skip


def with_matches(holder: Json) -> Json:
    """The same with every field of its matches."""
    return {**holder, "matches": [{"regex": None, **match} for match in holder["matches"]]}


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
        admitted, answer = answer, gateway(asked)
        if "would" in admitted and answer["status"] == 200:
            answer["would"] = admitted["would"]
    return {**answer, "path": request.path}


def admit(asked: Asked, port: int) -> Json:
    """Decide a canonical request that arrived on a listener."""
    accepts, host = asked.slice_["inbound"], asked.canonical.host
    hosts = accepts["listeners"][port]["hosts"]
    if accepts["authorities"] and host not in accepts["authorities"]:
        return refusal(421, "authority")
    if hosts and not any(host_matches(one, host) for one in hosts):
        return refusal(421, "authority")
    matches = [match for one in accepts["operations"] for match in one["matches"]]
    rules = accepts["allow"] + accepts["deny"] + accepts["guardrails"]
    direct = [match for rule in rules for match in rule["matches"]]
    if unreadable := unread(matches + rules + direct, asked.seen):
        return unreadable
    operation = classify(accepts, port, asked)
    if operation is None:
        return refusal(400, "ambiguous-request")
    return verdict(asked, operation)


def unread(readers: list[Json], seen: Seen) -> Json | None:
    """The refusal of a policy header in disguise, or of a query that is read and cannot be."""
    broken = re.search(r"%(?![0-9A-Fa-f]{2})", seen.query or "") is not None
    kinds = ["query"] if broken and any(one["query"] for one in readers) else []
    names = {condition["name"] for one in readers for condition in one["headers"]}
    for field, _ in seen.fields:
        if any(field.lower() != name and fold(field) == fold(name) for name in names):
            kinds.append("header-spelling")
            break
    return refusal(400, kinds[0] if len(kinds) == 1 else None) if kinds else None


def fold(name: str) -> str:
    """A name as applications read it that turn `_` and `.` into `-`."""
    return name.lower().replace("_", "-").replace(".", "-")


def paths(readings: list[str], request: Request) -> list[Path]:
    """Every way in which an application may read the path: cut or not, with or without case.

    What is canonical leaves nothing to decode twice, so `double-decoding` reads as `plain` does.
    """
    plain = "plain" in readings or "double-decoding" in readings
    texts = [request.readings["plain"]] if plain or "matrix" not in readings else []
    if "matrix" in readings:
        texts.append(request.readings["matrix"])
    texts = list(dict.fromkeys(texts))
    found = []
    if plain or "case-insensitive" not in readings:
        found = [Path(text) for text in texts]
    if "case-insensitive" in readings:
        found += [Path(folded(text), folded=True) for text in texts]
    return found


def classify(workload: Json, port: int, asked: Asked) -> str | None:
    """The one operation of a request; nothing where its readings disagree."""
    found = {
        classify_as(workload["operations"], port, asked.seen, path, view)
        for path in paths(workload["readings"], asked.canonical)
        for view in ("every", "some")
    }
    return found.pop() if len(found) == 1 else None


def classify_as(operations: list[Json], port: int, seen: Seen, path: Path, view: str) -> str:
    """The operation under one reading of the path and one view of repeated values."""
    if path.text == "*":
        return "rest"
    found: list[tuple[tuple[bool, int], Json, str]] = [
        ((False, 0), spelled(match, path), operation["name"])
        for operation in operations
        for match in operation["matches"]
        if port in operation["ports"] and match_holds(match, seen, path, view)
    ]
    return most_specific(found) or "rest"


def spelled(match: Json, path: Path) -> Json:
    """A match as those see it who read a path so."""
    return {**match, "path": folded(match["path"])} if path.folded else match


def verdict(asked: Asked, operation: str) -> Json:
    """What is answered, and what would be if everything that is only audited were enforced."""
    answer = {**ruling(asked, operation, enforced=False), "operation": operation}
    accepts = asked.slice_["inbound"]
    rules = accepts["guardrails"] + accepts["deny"] + accepts["allow"]
    if not accepts["audit"] and not any(rule["audit"] for rule in rules):
        return answer
    would = ruling(asked, operation, enforced=True)
    if (would["status"] == 200) != (answer["status"] == 200):
        answer["would"] = would
    return answer


def ruling(asked: Asked, operation: str, *, enforced: bool) -> Json:
    """Guardrail, external decision, deny, allow, else denied; `enforced` takes no account of audit.

    A whole workload that is only audited says its denials and refuses nothing; guardrails are not
    its own.
    """
    accepts = asked.slice_["inbound"]
    if rule := denying(asked, accepts["guardrails"], operation, enforced=enforced):
        return {**refusal(403, "guardrail"), "rule": rule["name"]}
    said_only = accepts["audit"] and not enforced
    denial = external(asked)
    if rule := denying(asked, accepts["deny"], operation, enforced=enforced):
        denial = denial or {**refusal(403, "deny-rule"), "rule": rule["name"]}
    if denial is not None:
        return {"status": 200, "kind": "audit"} if said_only else denial
    failing = [(failed(asked, one, operation, "every"), one) for one in accepts["allow"]]
    counting = [(fields, one) for fields, one in failing if enforced or not one["audit"]]
    for fields, rule in counting:
        if not fields:
            return {"status": 200, "kind": "allow-rule", "rule": rule["name"]}
    if said_only:
        return {"status": 200, "kind": "audit"}
    fewest = min((len(fields) + one["audit"] for fields, one in failing), default=0)
    nearest = [one["name"] for fields, one in failing if len(fields) + one["audit"] == fewest]
    may_have_user = asked.request is not None and asked.question.get("user") is None
    if may_have_user and any(fields == {"user"} for fields, _ in counting):
        return {**refusal(401, "no-user"), "nearest": nearest or [None]}
    return {**refusal(403, "no-rule"), "nearest": nearest or [None]}


def external(asked: Asked) -> Json | None:
    """How an external decision service refuses a request; about connections nobody asks one."""
    said = asked.question.get("external", "not-asked")
    if asked.request is None or said in {"not-asked", "allowed"}:
        return None
    return refusal(403, {"denied": "external", "unavailable": "external-unavailable"}[said])


def denying(asked: Asked, rules: list[Json], operation: str, *, enforced: bool) -> Json | None:
    """The first rule that denies."""
    for rule in rules:
        counts = enforced or not rule["audit"]
        if counts and not failed(asked, rule, operation, "deny") and direct_holds(asked, rule):
            return rule
    return None


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


def failed(asked: Asked, rule: Json, operation: str, view: str) -> set[str]:
    """Which fields of a rule fail; what cannot be evaluated fails except in a deny."""
    question = asked.question
    holds: dict[str, bool | None] = {
        "from": is_from(asked.slice_["trustDomain"], rule["from"], question["from"]),
        "operations": rule["operations"] is None or operation in rule["operations"],
        "since": rule["since"] is None or rule["since"] <= question["now"],
        "until": rule["until"] is None or question["now"] < rule["until"],
    }
    if rule["hours"] is not None:
        holds["hours"] = hours_hold(rule["hours"], question["now"])
    if rule["source"]:
        holds["source"] = inside(rule["source"], question.get("source"))
    if rule["client"]:
        known = asked.request is not None
        client = client_of(asked.slice_, question) if known else None
        holds["client"] = inside(rule["client"], client)
    for field in ("headers", "query"):
        if rule[field]:
            part = {"headers": [], "query": [], field: rule[field]}
            known = asked.request is not None
            holds[field] = conditions_hold(part, asked.seen, view) if known else None
    if rule["user"] is not None:
        known = asked.request is not None
        holds["user"] = user_holds(rule["user"], question.get("user"), view) if known else None
    return {
        field for field, held in holds.items() if not (view == "deny" if held is None else held)
    }


def is_from(trust_domain: str, from_: Json, identity: str | None) -> bool:
    """Whether a rule speaks of a caller."""
    if from_["everyone"]:
        return True
    if identity is None:
        return bool(from_["anonymous"])
    if identity in from_["identities"]:
        return True
    if any(identity.startswith(one) and identity != one for one in from_["prefixes"]):
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
                answer = {**refusal(503, "port"), "destination": destination["workload"]}
            else:
                answer = send(destination, http[0], Asked(slice_, question, request))
            return {**answer, "path": request.path}
    return {**refusal(503, "not-declared"), "path": request.path}


def send(destination: Json, port: tuple[int, int], asked: Asked) -> Json:
    """Classify a request at its destination and choose the cluster."""
    at = {"destination": destination["workload"]}
    matches = [match for one in destination["operations"] for match in one["matches"]]
    if unreadable := unread(matches + destination["traffic"], asked.seen):
        return {**unreadable, **at}
    operation = classify(destination, port[0], asked)
    if operation is None:
        return {**refusal(400, "ambiguous-request"), **at}
    items = {
        traffic_item(destination["traffic"], operation, asked.seen, view)
        for view in ("every", "some")
    }
    if len(items) != 1:
        return {**refusal(400, "ambiguous-request"), **at, "operation": operation}
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
    if unreadable := unread(matches, asked.seen):
        return unreadable
    taken = {
        take(asked, path, view)
        for path in paths(slice_["inbound"]["readings"], asked.canonical)
        for view in ("every", "some")
    }
    if len(taken) > 1:
        return refusal(400, "ambiguous-request")
    (at,) = taken
    if at is None:
        return refusal(404, "no-route")
    route = slice_["routes"][at]
    destination = named(slice_, route["destination"])
    port = http_port(destination, route["operation"])
    answer = send(destination, port, readdressed(asked, destination))
    if answer["status"] == 200 and route["operation"] not in {None, answer["operation"]}:
        return {**refusal(404, "no-route"), "destination": destination["workload"]}
    if answer["status"] == 200:
        answer["rule"] = route["name"]
    return answer


def take(asked: Asked, path: Path, view: str) -> int | None:
    """The best route: exact host, longest wildcard, any; then the precedence of matches."""
    found = [
        ((host is not None and host[0] != "*", len(host or "")), spelled(match, path), at)
        for at, route in enumerate(asked.slice_["routes"])
        for host in route["hosts"] or [None]
        for match in route["matches"] or [ANY_REQUEST]
        if host_matches(host, asked.canonical.host)
        and match_holds(match, asked.seen, path, view)
        and leads_on(asked, route, path, view)
    ]
    return most_specific(found)


def leads_on(asked: Asked, route: Json, path: Path, view: str) -> bool:
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


def refusal(status: int, kind: str | None = None) -> Json:
    """An answer that is no, and what it is called where one reason alone speaks for it."""
    return {"status": status} if kind is None else {"status": status, "kind": kind}
