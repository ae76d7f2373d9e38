"""Random slices and requests, biased to near misses and hostile spellings; seeded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

Json = dict[str, Any]

TRUST_DOMAIN = "mesh.test"
CALLERS = [
    f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/cart",
    f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/checkout",
    f"spiffe://{TRUST_DOMAIN}/ns/ops/sa/cart",
    f"spiffe://{TRUST_DOMAIN}/ns/shops/sa/cart",
    f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/cart/x",
    f"spiffe://{TRUST_DOMAIN}/ns/shop",
    "spiffe://other.test/ns/shop/sa/cart",
    None,
]
METHODS = ["GET", "HEAD", "POST", "DELETE", "get", "PURGE", "OPTIONS"]
PATTERNS = [
    "/", "/**", "/a", "/a/", "/a/**", "/a/{x}", "/a/{x}/", "/a/{x}:refund", "/a/{x}/c",
    "/a/b", "/a/b/**", "/{x}", "/{x}/b", "/{x}/**", "/a/{x}/**", "/a/p{x}s", "/admin/**",
    "/a b", "/é/{x}", "/a/50%", "/A",
]  # fmt: skip
#: Equally specific, none within another: what is left is the rest of the rank.
CROSSING = ["/a/{x}", "/{x}/b", "/a/{x}/**", "/{x}/b/**"]
SEGMENTS = [
    "a", "b", "c", "A", "admin", "%61", "%41", "a%20b", "b:refund", ":refund", "pxs", "ps",
    "%C3%A9", "50%25", "b;v=1", ";v", "a;", "%3B", "b%3Bv",
]  # fmt: skip
HOSTILE = [
    "..", ".", "%2e%2E", ".%2e", "", "", "..;x", ".;", "%2f", "%5C", "%00", "%7f", "%C3", "%2",
    "%zz", "%2561", "%25%36%31", "%u0061", "a\\b", "a#b", "é", "a b", "\x01", "*", "...", "x..",
    "%2e%2e;x", '"', "{x}", "%25zz", "%c0%af",
]  # fmt: skip
HEADERS = ["x-role", "x-beta", "user-agent"]
SPELLINGS = ["x-role", "X-Role", "x_role", "X.Role", "x-roles", "x-beta", "x_beta", "User-Agent"]
VALUES = ["admin", "guest", "admi", "administrator", "on", "legacy/1", "a,b", ""]
SENT = [*VALUES, "admin, guest", "guest,admin", "admin,admin", " admin ", ",", "on,off", "a , b"]
PARAMETERS = ["q", "r s"]
QUERIES = [
    "q=admin", "q=guest", "q=admin&q=guest", "q=admi%6E", "q=%2561", "q", "r+s=on", "r%20s=on",
    "q=a,b", "q=%", "q=%zz&x", "&&", "q=ad[min", "q=legacy/1", "%71=admin", "",
]  # fmt: skip
HOSTS = ["pay", "pay.shop", "x.pay.shop", "store.shop", "shop.test", "a.shop.test"]
SENT_HOSTS = [
    *HOSTS, "PAY.Shop", "pay.shop.", "pay.shop:8080", "pay.shop:9090", "pay.shop:80", "pays",
    "b.a.shop.test", "user@pay", "pay:0", "pay:", "127.1", "[::1]", "", "p%61y", None,
]  # fmt: skip
NOW = 1_800_000_000


def pick(rng: random.Random, items: list[Any], most: int) -> list[Any]:
    """Up to `most` different items."""
    return rng.sample(items, rng.randint(0, min(most, len(items))))


def condition(rng: random.Random, name: str) -> Json:
    """A condition on the values of a name."""
    kind = rng.choice(["equals", "equals", "oneOf", "prefix", "suffix", "present"])
    value: Any = rng.choice(VALUES)
    if kind == "oneOf":
        value = sorted(rng.sample(VALUES, 2))
    elif kind == "present":
        value = rng.random() < 0.5
    return {"name": name, "not": rng.random() < 0.25, "test": {kind: value}}


def conditions(rng: random.Random, chance: float) -> Json:
    """Header and query conditions, most often none."""
    headers = query = []
    if rng.random() < chance:
        headers = [condition(rng, name) for name in pick(rng, HEADERS, 2)]
    if rng.random() < chance / 2:
        query = [condition(rng, name) for name in pick(rng, PARAMETERS, 2)]
    return {"headers": headers, "query": query}


def match(rng: random.Random) -> Json:
    """One match."""
    host = rng.choice([*HOSTS, "*.shop", "*.test"]) if rng.random() < 0.15 else None
    methods = sorted(pick(rng, METHODS[:4], 2)) if rng.random() < 0.6 else []
    path = rng.choice(PATTERNS if rng.random() < 0.6 else CROSSING)
    return {**conditions(rng, 0.35), "host": host, "methods": methods, "path": path}


def operations(rng: random.Random, ports: list[Json]) -> list[Json]:
    """Operations over the HTTP ports, and one for each TCP port."""
    found = []
    http = [at for at, port in enumerate(ports) if port["protocol"] == "http"]
    for name in ["admin", "charge", "read", "write"][: rng.randint(0, 4)]:
        on = http if rng.random() < 0.8 else rng.sample(http, 1)
        found.append(operation(rng, name, [match(rng) for _ in range(rng.randint(1, 3))], on))
    for at, port in enumerate(ports):
        if port["protocol"] == "tcp":
            found.append(operation(rng, port["name"], [], [at]))
    return sorted(found, key=lambda one: str(one["name"]))


def operation(rng: random.Random, name: str, matches: list[Json], ports: list[int]) -> Json:
    """One operation."""
    return {
        "idempotent": rng.random() < 0.5,
        "matches": matches,
        "name": name,
        "ports": ports,
        "retry": {"attempts": rng.randint(0, 3), "on": None, "perTryMs": None},
        "timeoutMs": rng.choice([100, 5000]),
    }


def from_(rng: random.Random, *, deny: bool) -> Json:
    """Whom a rule speaks of."""
    everyone = deny and rng.random() < 0.5
    return {
        "anonymous": rng.random() < 0.15,
        "anyone": rng.random() < 0.25,
        "everyone": everyone,
        "identities": sorted(pick(rng, [one for one in CALLERS if one], 2)),
        "namespaces": sorted(pick(rng, ["shop", "ops"], 1)),
    }


def rule(rng: random.Random, name: str, names: list[str], *, deny: bool) -> Json:
    """One allow or deny rule."""
    direct = deny and rng.random() < 0.4
    named = sorted(pick(rng, [*names, "rest"], 2))
    return {
        **conditions(rng, 0.3),
        "from": from_(rng, deny=deny),
        "matches": [match(rng) for _ in range(rng.randint(1, 2))] if direct else [],
        "name": name,
        "operations": named if named and not direct else None,
        "until": NOW + rng.choice([-1, 0, 1]) if rng.random() < 0.2 else None,
    }


def readings(rng: random.Random) -> list[str]:
    """What a workload declares of its paths."""
    return rng.choice([["plain", "matrix"], ["plain", "matrix"], ["plain"], ["matrix"]])


def destination(rng: random.Random, workload: str, authorities: list[str]) -> Json:
    """A workload that may be called."""
    ports = [{"name": "api", "port": 8080, "protocol": "http"}]
    if rng.random() < 0.3:
        ports.append({"name": "alt", "port": 9090, "protocol": "http"})
    if rng.random() < 0.3:
        ports.insert(0, {"name": "store", "port": 6379, "protocol": "tcp"})
    known = operations(rng, ports)
    names = [one["name"] for one in known]
    traffic = []
    for at in range(rng.randint(0, 3)):
        some = sorted(pick(rng, [*names, "rest"], 2))
        weights = rng.choice([[1, 0], [90, 10], [1, 1], [0, 7]])
        shares = [{"cluster": f"v{at + 1}", "weight": one} for at, one in enumerate(weights)]
        item = {"name": f"t{at}", "operations": some or None, "to": shares}
        traffic.append({**conditions(rng, 0.5), **item})
    return {
        "authorities": authorities,
        "calls": [{"operation": None, "timeoutMs": rng.choice([None, 50])}],
        "clusters": [{"endpoints": [], "name": name} for name in ["", "v1", "v2"]],
        "identity": f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/pay",
        "operations": known,
        "ports": ports,
        "readings": readings(rng),
        "traffic": traffic,
        "workload": workload,
    }


def route(rng: random.Random, name: str, destinations: list[Json]) -> Json | None:
    """One gateway route; nothing where destination and operation leave a choice of a port."""
    to = rng.choice(destinations)
    known = [one for one in to["operations"] if one["matches"]]
    http = [one for one in to["ports"] if one["protocol"] == "http"]
    names: list[str | None] = [one["name"] for one in known if len(one["ports"]) == 1]
    if len(http) == 1:
        names = [one["name"] for one in known] + ["rest"]
    operation = rng.choice(names) if names and rng.random() < 0.25 else None
    if operation is None and len(http) > 1:
        return None
    return {
        "destination": to["workload"],
        "hosts": sorted(pick(rng, [*HOSTS, "*.shop", "*.test", "*.shop.test"], 2)),
        "matches": [match(rng) for _ in range(rng.randint(0, 2))],
        "name": name,
        "operation": operation,
    }


def listener(rng: random.Random, name: str, port: int, protocol: str) -> Json:
    """One port of the workload."""
    hosts = sorted(pick(rng, ["*.shop", "pay", "*.test"], 2)) if rng.random() < 0.1 else []
    return {
        "certificate": None,
        "hosts": hosts,
        "name": name,
        "port": port,
        "protocol": protocol,
        "target": port,
        "tls": "mutual",
    }


def make_slice(rng: random.Random) -> Json:
    """One slice: a service, or in one case of four a gateway."""
    listeners = [listener(rng, "api", 8080, "http")]
    if rng.random() < 0.3:
        listeners.append(listener(rng, "alt", 9090, "http"))
    if rng.random() < 0.3:
        listeners.append(listener(rng, "store", 6379, "tcp"))
    known = operations(rng, listeners)
    names = [one["name"] for one in known]
    destinations = [
        destination(rng, "shop/pay", ["pay", "pay.shop"]),
        destination(rng, "shop/store", ["store.shop", "shop.test"]),
    ]
    is_gateway = rng.random() < 0.25
    routes = []
    if is_gateway:
        some = [route(rng, f"r{at}", destinations) for at in range(rng.randint(1, 5))]
        routes = [one for one in some if one]
    authorities = sorted(pick(rng, HOSTS, 5)) if rng.random() < 0.7 else []
    allow = [rule(rng, f"allow{at}", names, deny=False) for at in range(rng.randint(0, 4))]
    deny = [rule(rng, f"deny{at}", names, deny=True) for at in range(rng.randint(0, 2))]
    return {
        "destinations": destinations,
        "format": 1,
        "inbound": {
            "allow": allow,
            "authorities": [] if is_gateway else authorities,
            "deny": deny,
            "identity": f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/self",
            "listeners": listeners,
            "operations": known,
            "probes": [],
            "readings": readings(rng),
        },
        "routes": routes,
        "trustDomain": TRUST_DOMAIN,
        "workload": "shop/self",
    }


def target(rng: random.Random, slice_: Json) -> str:
    """A request target: near a pattern of the slice, or made up, or hostile."""
    roll = rng.random()
    if roll < 0.45:
        path = near_pattern(rng, slice_)
    else:
        pool = SEGMENTS + HOSTILE if roll > 0.75 else SEGMENTS
        path = "/" + "/".join(rng.choice(pool) for _ in range(rng.randint(0, 3)))
    if rng.random() < 0.1:
        path = path.replace("/", "//", 1) if rng.random() < 0.5 else path + "/"
    if rng.random() < 0.3:
        path += "?" + rng.choice(QUERIES)
    if rng.random() < 0.04:
        path = rng.choice(["http://", "HTTPS://", "ftp://"]) + str(rng.choice(SENT_HOSTS)) + path
    if rng.random() < 0.01:
        path = rng.choice(["*", "pay:80", "", "a"])
    return path


def near_pattern(rng: random.Random, slice_: Json) -> str:
    """A path that a pattern of the slice matches, or nearly."""
    holders = [*slice_["inbound"]["operations"], *slice_["inbound"]["deny"], *slice_["routes"]]
    holders += [one for to in slice_["destinations"] for one in to["operations"]]
    patterns = [one["path"] for holder in holders for one in holder["matches"]] or PATTERNS
    path: str = rng.choice(patterns)
    path = path.replace("%", "%25").replace(" ", "%20").replace("é", "%C3%A9")
    path = path.replace("/**", rng.choice(["", "/", "/x", "/b/c", "/../b"]))
    path = path.replace("{x}", rng.choice(SEGMENTS)) or "/"
    if rng.random() < 0.2:
        at = rng.randrange(len(path))
        spoiled = [path[:at] + path[at + 1 :], path[:at] + rng.choice("/;.%aA") + path[at:]]
        path = rng.choice(spoiled)
    return path if path.startswith("/") else "/" + path


def question(rng: random.Random, slice_: Json) -> Json:
    """One request."""
    headers = [[rng.choice(SPELLINGS[:2] + SPELLINGS[5:]), rng.choice(SENT)]
               for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 3]))]  # fmt: skip
    if rng.random() < 0.05:
        headers.append([rng.choice(SPELLINGS), "x"])
    hosts = SENT_HOSTS if rng.random() < 0.3 else slice_["inbound"]["authorities"] or HOSTS
    listeners = [one["name"] for one in slice_["inbound"]["listeners"]]
    return {
        "from": rng.choice(CALLERS),
        "listener": rng.choice(listeners),
        "method": rng.choice(METHODS if rng.random() < 0.98 else ["", "G T", "CONNECT"]),
        "target": target(rng, slice_),
        "host": rng.choice(hosts),
        "headers": headers,
        "now": NOW,
        "draw": rng.choice([0, 2**31, 2**32 - 1, rng.randrange(2**32)]),
    }
