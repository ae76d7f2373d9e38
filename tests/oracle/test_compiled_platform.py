"""What the platform writes over scopes is what slices hold and proxies decide.

The reference knows slices; here it is worked out from the documents alone which workload a scope
covers, and the reference judges what must come of that.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from datetime import datetime
from typing import Any

from meshc._native import Decider
from meshc.compiling import compile_files
from oracle import deciding

Json = dict[str, Any]

MESHES = 25
EACH = 60
SEED = int(os.environ.get("MESHC_SEED", "20261121"))
DOMAIN = "example.test"
NAMESPACES = ["shop", "lab", "batch"]
LABELS = {"data": ["pci", "open"], "tier": ["1", "2"]}
CALLERS = ["web", "shop/cart", "lab/*", "batch/job", "anyone"]
PATHS = ["/items/1", "/debug", "/debug/vars", "/admin/x", "/"]
DAYS = ["2026-12-31", "2027-01-01", "2027-03-28"]
MATCHES: list[tuple[str, list[str], str]] = [
    ("ANY /debug/**", [], "/debug/**"),
    ("DELETE,POST /**", ["DELETE", "POST"], "/**"),
    ("GET /admin/{x}", ["GET"], "/admin/{x}"),
]


def document(kind: str, namespace: str | None, name: str, spec: Json, **metadata: Json) -> Json:
    """A document as somebody writes it."""
    head: Json = {"name": name, **metadata}
    if namespace:
        head["namespace"] = namespace
    return {"apiVersion": "meshc.dev/v1", "kind": kind, "metadata": head, "spec": spec}


def some(rng: random.Random, of: list[Any]) -> list[Any]:
    """A few of a list, at least one, in its order."""
    return [of[at] for at in sorted(rng.sample(range(len(of)), rng.randint(1, len(of))))]


def service(rng: random.Random, namespace: str, name: str) -> Json:
    """A service that admits its own mesh."""
    labels = {key: rng.choice(values) for key, values in LABELS.items() if rng.random() < 0.7}
    metadata = {"labels": labels} if labels else {}
    ports = [{"name": "api", "port": 8080, "protocol": "http"}]
    if rng.random() < 0.3:
        ports.append({"name": "store", "port": 6379, "protocol": "tcp"})
    operations = {"read": {"match": ["GET /items/**"]}}
    allow = [{"from": [f"{one}/*" for one in NAMESPACES]}]
    spec = {"ports": ports, "operations": operations, "allow": allow}
    return document("ServiceIntent", namespace, name, spec, **metadata)


def scope(rng: random.Random) -> Json | None:
    """A scope, or none."""
    wanted: Json = {}
    if rng.random() < 0.6:
        wanted["namespaces"] = some(rng, NAMESPACES)
    if rng.random() < 0.5:
        key = rng.choice(list(LABELS))
        wanted["labels"] = {key: rng.choice(LABELS[key])}
    return wanted or None


def covers(wanted: Json | None, workload: Json) -> bool:
    """Whether a scope covers a workload."""
    wanted = wanted or {}
    head = workload["metadata"]
    labels = head.get("labels", {})
    inside = head["namespace"] in wanted.get("namespaces", NAMESPACES)
    return inside and all(
        labels.get(key) == value for key, value in wanted.get("labels", {}).items()
    )


def guardrail(rng: random.Random, name: str) -> Json:
    """A guardrail with one to three rules."""
    rules = []
    for number in range(rng.randint(1, 3)):
        rule: Json = {} if number == 0 and rng.random() < 0.5 else {"name": f"r{number}"}
        if rng.random() < 0.7:
            rule["match"] = [one[0] for one in some(rng, MATCHES)]
        if rng.random() < 0.6 or "match" not in rule:
            rule["from"] = some(rng, CALLERS)
        if "match" in rule and rng.random() < 0.3:
            rule["when"] = {"headers": {"x-bulk": {"present": True}}}
        if rng.random() < 0.2:
            rule["enforce"] = "audit"
        rules.append(rule)
    spec: Json = {"deny": rules}
    if wanted := scope(rng):
        spec["scope"] = wanted
    return document("Guardrail", rng.choice(NAMESPACES), name, spec)


def baseline(rng: random.Random, number: int) -> Json:
    """A baseline whose operation no service has."""
    name = f"added-{number}"
    operation: Json = {"match": [f"GET /added-{number}"], **({"timeout": "3s"} if number else {})}
    spec: Json = {"operations": {name: operation}}
    if rng.random() < 0.8:
        spec["allow"] = [{"from": some(rng, CALLERS), "operations": [name, "rest"]}]
    if rng.random() < 0.5:
        spec["probes"] = [{"path": f"/healthz-{number}", "port": "api"}]
    if wanted := scope(rng):
        spec["scope"] = wanted
    return document("Baseline", rng.choice(NAMESPACES), f"b{number}", spec)


def by_hand(workload: Json, baselines: list[Json]) -> Json:
    """A service with everything written into it that baselines add."""
    spec = {**workload["spec"]}
    for one in baselines:
        head, added = one["metadata"], one["spec"]
        spec["operations"] = {**spec["operations"], **added["operations"]}
        for rule in added.get("allow", []):
            own = [
                caller if "/" in caller or caller == "anyone" else f"{head['namespace']}/{caller}"
                for caller in rule["from"]
            ]
            name = f"{head['namespace']}-{head['name']}"
            spec["allow"] = [*spec["allow"], {**rule, "name": name, "from": own}]
        if "probes" in added:
            spec["probes"] = [*spec.get("probes", []), *added["probes"]]
    return {**workload, "spec": spec}


def identity(reference: str) -> str:
    """The SPIFFE ID of a workload."""
    namespace, _, name = reference.partition("/")
    return f"spiffe://{DOMAIN}/ns/{namespace}/sa/{name}"


def from_of(callers: list[str] | None, own: str) -> Json:
    """Callers as a slice holds them."""
    named = [one for one in callers or [] if one != "anyone" and not one.endswith("/*")]
    return {
        "anonymous": False,
        "anyone": "anyone" in (callers or []),
        "everyone": callers is None,
        "identities": sorted(identity(one if "/" in one else f"{own}/{one}") for one in named),
        "namespaces": sorted(one[:-2] for one in callers or [] if one.endswith("/*")),
    }


def waivers(rng: random.Random, rails: list[Json], services: list[Json]) -> list[Json]:
    """Waivers of guardrails for services, sometimes several of one for one."""
    found = []
    for number in range(rng.randint(0, 8)):
        rail, waived = rng.choice(rails)["metadata"], rng.choice(services)["metadata"]
        spec = {
            "guardrail": f"{rail['namespace']}/{rail['name']}",
            "object": {key: waived[key] for key in ("name", "namespace")}
            | {"kind": "ServiceIntent"},
            "reason": "it moves",
            "owner": "team-shop",
            "until": rng.choice(DAYS),
        }
        found.append(document("Waiver", rng.choice(NAMESPACES), f"w{number}", spec))
    return found


def waived_until(rail: Json, service_: Json, written: list[Json]) -> int | None:
    """The Unix second until which a guardrail is waived for a service: the last end of all."""
    rail, service_ = rail["metadata"], service_["metadata"]
    ends = [
        instant(one["spec"]["until"])
        for one in written
        if one["spec"]["guardrail"] == f"{rail['namespace']}/{rail['name']}"
        and one["spec"]["object"]["name"] == service_["name"]
        and one["spec"]["object"]["namespace"] == service_["namespace"]
    ]
    return max(ends, default=None)


def instant(day: str) -> int:
    """The Unix second at which a day begins, UTC."""
    return int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp())


def rules_of(held: Json, since: int | None = None) -> list[Json]:
    """The rules of a guardrail as a slice holds them."""
    head = held["metadata"]
    spelled = {text: (methods, path) for text, methods, path in MATCHES}
    found = []
    for rule in held["spec"]["deny"]:
        headers = [{"name": "x-bulk", "not": False, "test": {"present": True}}]
        matches = [
            {"headers": [], "host": None, "methods": methods, "path": path, "query": []}
            for methods, path in (spelled[one] for one in rule.get("match", []))
        ]
        name = f"guardrail {head['namespace']}/{head['name']}"
        found.append(
            {
                **({"audit": True} if "enforce" in rule else {}),
                "from": from_of(rule.get("from"), head["namespace"]),
                "headers": headers if "when" in rule else [],
                "matches": matches,
                "name": f"{name}.{rule['name']}" if "name" in rule else name,
                "operations": None,
                "query": [],
                **({"since": since} if since is not None else {}),
                "until": None,
            }
        )
    return found


def compiled(documents: list[Json]) -> dict[str, bytes]:
    """The slices of documents."""
    mesh = document("Mesh", None, "m", {"trustDomain": DOMAIN})
    text = "".join(f"---\n{json.dumps(one)}\n" for one in [mesh, *documents])
    linked = compile_files([("mesh.yaml", text.encode())], "worktree")
    assert linked.fit, [one for one in linked.findings if str(one.severity) == "error"][:3]
    return {name: slice_ for name, slice_, _ in linked.slices}


def question(rng: random.Random) -> Json:
    """A request that arrives."""
    return {
        "from": identity(rng.choice(["shop/web", "shop/cart", "lab/web", "batch/job"])),
        "listener": "api",
        "method": rng.choice(["GET", "POST", "DELETE"]),
        "target": rng.choice(PATHS),
        "host": "",
        "headers": [["x-bulk", "1"]] if rng.random() < 0.3 else [],
        "now": instant(rng.choice(DAYS)) + rng.choice([-1, 0, 1]),
        "source": None,
        "client": None,
        "external": "not-asked",
        "user": None,
        "draw": 0,
    }


def test_guardrails_reach_exactly_their_scopes_and_go_before_everything() -> None:
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sequence, no secret
    said: Counter[str] = Counter()
    for _ in range(MESHES):
        services = [service(rng, one, name) for one in NAMESPACES for name in ("web", "cart")]
        services.append(service(rng, "batch", "job"))
        rails = [guardrail(rng, f"g{number}") for number in range(rng.randint(1, 4))]
        written = waivers(rng, rails, services) if rng.random() < 0.7 else []
        bare, slices = compiled(services), compiled([*services, *rails, *written])
        rails.sort(key=lambda one: (one["metadata"]["namespace"], one["metadata"]["name"]))
        for one in services:
            head = one["metadata"]
            name = f"{head['namespace']}/{head['name']}"
            wanted = json.loads(bare[name])
            over = [rail for rail in rails if covers(rail["spec"].get("scope"), one)]
            since = [waived_until(rail, one, written) for rail in over]
            said["waived"] += sum(each is not None for each in since)
            rules = [rules_of(*each) for each in zip(over, since, strict=True)]
            if rules:
                wanted["inbound"]["guardrails"] = [rule for each in rules for rule in each]
            assert json.loads(slices[name]) == wanted
            judged = deciding.whole(wanted)
            decider = Decider(slices[name], None, "worktree")
            for asked in (question(rng) for _ in range(EACH)):
                asked["host"] = f"{head['name']}.{head['namespace']}"
                answer = json.loads(decider.inbound(json.dumps(asked)))
                reference = deciding.inbound(judged, asked)
                assert answer["status"] == reference["status"], (asked, answer, reference)
                assert answer["rule"] == reference["rule"], (asked, answer, reference)
                said[str(reference.get("kind", reference["status"]))] += 1
                said["later"] += "later" in answer["reason"]
            said["covered" if over else "bare"] += 1
    assert min(said["guardrail"], said["allow-rule"]) > MESHES * EACH // 2, said
    assert min(said["covered"], said["bare"], said["waived"]) > MESHES // 4, said
    assert said["later"] > EACH, said


def test_baselines_are_what_their_services_would_say_themselves() -> None:
    rng = random.Random(SEED + 1)  # noqa: S311 - a repeatable sequence, no secret
    reached: Counter[int] = Counter()
    for _ in range(MESHES):
        services = [service(rng, one, name) for one in NAMESPACES for name in ("web", "cart")]
        services.append(service(rng, "batch", "job"))
        adding = [baseline(rng, number) for number in range(rng.randint(1, 3))]
        adding.sort(key=lambda one: (one["metadata"]["namespace"], one["metadata"]["name"]))
        written = []
        for one in services:
            over = [each for each in adding if covers(each["spec"].get("scope"), one)]
            written.append(by_hand(one, over))
            reached[len(over)] += 1
        wanted = compiled(written)
        names = {
            f'"name":"baseline {one["metadata"]["namespace"]}/{one["metadata"]["name"]}"':
            f'"name":"{one["metadata"]["namespace"]}-{one["metadata"]["name"]}"'
            for one in adding
        }  # fmt: skip
        for name, slice_ in compiled([*services, *adding]).items():
            text = slice_.decode()
            for ours, theirs in names.items():
                text = text.replace(ours, theirs)
            assert text == wanted[name].decode()
    assert min(reached[0], reached[1], reached[2]) > MESHES // 4, reached


def test_places_of_the_platform_are_its_own_files() -> None:
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sequence, no secret
    cart = service(rng, "shop", "cart")
    cart["spec"]["allow"] = [{"from": ["shop/*"]}]
    spec = {"operations": {"added": {"match": ["GET /added"]}}, "allow": [{"from": ["lab/*"]}]}
    rails = {"deny": [{"match": ["ANY /debug/**"]}]}
    files = {
        "mesh.yaml": document("Mesh", None, "m", {"trustDomain": DOMAIN}),
        "shop/cart.yaml": cart,
        "platform/added.yaml": document("Baseline", "lab", "b", spec),
        "platform/rails.yaml": document("Guardrail", "lab", "g", rails),
    }
    texts = [(path, f"\n\n{json.dumps(one)}\n".encode()) for path, one in files.items()]
    lab = document("ServiceIntent", "lab", "web", {"owner": "lab"})
    texts.append(("lab.yaml", json.dumps(lab).encode()))
    content, told = next(
        (slice_, places)
        for name, slice_, places in compile_files(texts, "worktree").slices
        if name == "shop/cart"
    )
    accepts, places = json.loads(content)["inbound"], json.loads(told)
    assert places["files"] == ["platform/added.yaml", "platform/rails.yaml", "shop/cart.yaml"]

    def at(place: list[int]) -> str:
        line = dict(texts)[places["files"][place[0]]].decode().splitlines()[place[1] - 1]
        return f"{place[0]} {line[place[2] - 1 :][:8]}"

    assert [one["name"] for one in accepts["allow"]] == ["allow[0]", "baseline lab/b"]
    assert [at(one) for one in places["allow"]] == ['2 {"from":', '0 {"from":']
    names = [one["name"] for one in accepts["operations"]]
    where = dict(zip(names, map(at, places["operations"]), strict=True))
    assert where["added"] == '0 "added":'
    assert where["read"] == '2 "read": '
    assert [at(one) for one in places["guardrails"]] == ['1 {"match"']
