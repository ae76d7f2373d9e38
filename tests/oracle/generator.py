"""Random slices and requests, biased to near misses and hostile spellings; seeded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from oracle.matching import NESTED
from oracle.when import ZONES, network, zone

if TYPE_CHECKING:
    import random
    from zoneinfo import ZoneInfo

Json = dict[str, Any]

TRUST_DOMAIN = "mesh.test"
CALLERS = [
    f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/cart",
    f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/checkout",
    f"spiffe://{TRUST_DOMAIN}/ns/ops/sa/cart",
    f"spiffe://{TRUST_DOMAIN}/ns/shops/sa/cart",
    f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/cart/x",
    f"spiffe://{TRUST_DOMAIN}/ns/shop",
    f"spiffe://{TRUST_DOMAIN}/ns/Shop/sa/cart",
    "spiffe://other.test/ns/shop/sa/cart",
    "spiffe://other.test/ns/shops/sa/cart",
    "spiffe://other.test/ns/shop",
    None,
]
METHODS = ["GET", "HEAD", "POST", "DELETE", "get", "PURGE", "OPTIONS"]
PATTERNS = [
    "/", "/**", "/a", "/a/", "/a/**", "/a/{x}", "/a/{x}/", "/a/{x}:refund", "/a/{x}/c",
    "/a/b", "/a/b/**", "/{x}", "/{x}/b", "/{x}/**", "/a/{x}/**", "/a/p{x}s", "/admin/**",
    "/a b", "/é/{x}", "/a/50%", "/A",
]  # fmt: skip
#: Callers below a point, federated ones most of all.
PREFIXES = ["spiffe://other.test/", "spiffe://other.test/ns/shop/", f"spiffe://{TRUST_DOMAIN}/ns/"]
#: Paths beside the patterns, some with a regex, others just outside one.
REGEXES = [*NESTED, *set(NESTED.values()), "/a/p.s", "/A/x{2,3}", "/(é|e)+", "/a b?/c"]
NEAR_REGEXES = [
    "/a/1", "/a/12", "/a/123", "/a/1/b", "/a/12/", "/a/1/b/", "/a/1x", "/b", "/c", "/d", "/e",
    "/bb", "/admin", "/admin/", "/admin/x", "/admins", "/ADMIN/x", "/Admin", "/a/pxs", "/a/ps",
    "/a/pxxs", "/a/p%C3%A9s", "/A/x", "/A/xx", "/a/xxx", "/A/xxxx", "/%C3%A9", "/e%C3%A9e",
    "/%C3%89", "/a%20/c", "/a/c", "/a%20b/c", "/a/1;v=1", "/b;v", "/a/1%0a", "/a/%D9%A1",
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
VALUE_REGEXES = ["admi.?", "a.*", "(admin|guest)", "[a-z]+", ".*", "legacy/[0-9]", "a,b", "é."]
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
#: What an external decision service said; most often nobody asked it.
EXTERNAL = [*["not-asked"] * 17, "allowed", "denied", "unavailable"]
NETWORKS = [
    "10.0.0.0/8", "10.1.2.0/23", "192.168.1.77/32", "0.0.0.0/0", "2001:db8::/32", "fd00::/127",
    "::/0", "172.16.0.0/12",
]  # fmt: skip
#: Whoever vouches for users; the core is asked with users it takes for verified.
ISSUERS = [
    {
        "algorithms": ["ES256"],
        "audiences": ["shop"],
        "issuer": f"https://{name}.test",
        "keys": {"url": {"refreshSeconds": 300, "url": f"https://{name}.test/keys"}},
        "name": name,
    }
    for name in ("corp", "partner")
]
SCALARS = ["admin", "ad", "", "1", "true", 1, 0, True, False]
#: Values that tokens carry below a path of keys.
CLAIMS: dict[str, list[Any]] = {
    "groups": [["admin"], ["ad", 1], [], "admin", [["admin"]], ["admin", "ad"], None],
    "scope": ["admin ad", "admin", "", "ad admins", ["admin"], 1, "a  admin"],
    "realm_access/roles": [["admin"], ["administrator"], "admin", {"admin": True}],
    "level": [1, 0, "1", True, 2, 1.5],
    "ok": [True, False, "true", 1, 0],
    "sub": ["admin", "administrator", "ad", "Admin", "", 1, "admi\u00e9"],
}


def pick(rng: random.Random, items: list[Any], most: int) -> list[Any]:
    """Up to `most` different items."""
    return rng.sample(items, rng.randint(0, min(most, len(items))))


def condition(rng: random.Random, name: str) -> Json:
    """A condition on the values of a name."""
    kind = rng.choice(["equals", "equals", "oneOf", "prefix", "suffix", "present", "regex", "has"])
    value: Any = rng.choice(VALUES)
    if kind == "oneOf":
        value = sorted(rng.sample(VALUES, 2))
    elif kind == "regex":
        value = rng.choice(VALUE_REGEXES)
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
    path, regex = rng.choice(PATTERNS if rng.random() < 0.6 else CROSSING), None
    if rng.random() < 0.15:
        path, regex = "/**", rng.choice(REGEXES)
    fields = {"host": host, "methods": methods, "path": path, "regex": regex}
    return {**conditions(rng, 0.35), **fields}


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
        "anyone": rng.random() < (0.25 if deny else 0.4),
        "everyone": everyone,
        "identities": sorted(pick(rng, [one for one in CALLERS if one], 2)),
        "namespaces": sorted(pick(rng, ["shop", "ops"], 1)),
        "prefixes": sorted(pick(rng, PREFIXES, 1)) if rng.random() < 0.2 else [],
    }


def rule(rng: random.Random, name: str, names: list[str], *, deny: bool) -> Json:
    """One allow or deny rule."""
    direct = deny and rng.random() < 0.4
    named = sorted(pick(rng, [*names, "rest"], 2))
    return {
        **conditions(rng, 0.3),
        "audit": rng.random() < 0.1,
        "client": sorted(pick(rng, NETWORKS, 2)) if rng.random() < 0.15 else [],
        "from": from_(rng, deny=deny),
        "matches": [match(rng) for _ in range(rng.randint(1, 2))] if direct else [],
        "hours": hours(rng) if rng.random() < 0.15 else None,
        "name": name,
        "operations": named if named and not direct else None,
        "since": NOW + rng.choice([-1, 0, 1]) if rng.random() < 0.1 else None,
        "source": sorted(pick(rng, NETWORKS, 2)) if rng.random() < 0.2 else [],
        "until": NOW + rng.choice([-1, 0, 1]) if rng.random() < 0.2 else None,
        "user": user(rng) if rng.random() < 0.25 else None,
    }


def hours(rng: random.Random) -> Json:
    """Times of the week; often the whole day, or from or to the hours at which clocks change."""
    from_, to = sorted(rng.sample([0, 60, 119, 120, 121, 165, 180, 539, 540, 1320, 1439, 1440], 2))
    days = sorted(rng.sample(range(1, 8), rng.choice([1, 2, 5, 7])))
    return {"days": days, "from": from_, "to": to, "zone": rng.choice(list(ZONES))}


def user(rng: random.Random) -> Json:
    """For whom a caller must act."""
    claims = [claim(rng, path) for path in sorted(pick(rng, list(CLAIMS), 2))]
    return {"claims": claims, "issuer": rng.choice(["corp", "corp", "corp", "partner"])}


def claim(rng: random.Random, path: str) -> Json:
    """A condition on a claim; its value is one that tokens carry there, or of another type."""
    kind = rng.choice(["equals", "has", "has", "oneOf", "prefix", "suffix", "regex", "present"])
    value: Any = rng.choice(SCALARS)
    if kind == "oneOf":
        value = rng.sample(SCALARS, 2)
    elif kind in {"prefix", "suffix"}:
        value = rng.choice(["admin", "ad", "in", ""])
    elif kind == "regex":
        value = rng.choice(VALUE_REGEXES)
    elif kind == "present":
        value = rng.random() < 0.5
    return {"not": rng.random() < 0.25, "path": path, "test": {kind: value}}


def readings(rng: random.Random) -> list[str]:
    """What a workload declares of its paths."""
    if rng.random() < 0.6:
        return rng.choice([["plain", "matrix"], ["plain", "matrix"], ["plain"], ["matrix"]])
    every = ["plain", "matrix", "case-insensitive", "double-decoding"]
    return sorted(rng.sample(every, rng.randint(1, 4)), key=every.index)


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
    guardrails = []
    if rng.random() < 0.2:
        names_of = ["pci/no-debug", "platform/hours"][: rng.randint(1, 2)]
        guardrails = [
            {**rule(rng, name, [], deny=True), "operations": None, "audit": rng.random() < 0.3}
            for name in names_of
        ]
    return {
        "destinations": destinations,
        "format": 2,
        "inbound": {
            "allow": allow,
            "audit": rng.random() < 0.06,
            "authorities": [] if is_gateway else authorities,
            "deny": deny,
            "gateways": sorted(pick(rng, [one for one in CALLERS if one], 3)),
            "guardrails": guardrails,
            "identity": f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/self",
            "issuers": ISSUERS,
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
        pool = SEGMENTS + HOSTILE if roll > 0.85 else SEGMENTS
        path = "/" + "/".join(rng.choice(pool) for _ in range(rng.randint(0, 3)))
    if rng.random() < 0.06:
        path = path.swapcase()
    if rng.random() < 0.06:
        path = path.replace("/", rng.choice([";v/", "/;/"]), 2).removeprefix(";v")
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
    accepts = slice_["inbound"]
    holders = accepts["operations"] + accepts["guardrails"] + accepts["deny"] + slice_["routes"]
    holders += [one for to in slice_["destinations"] for one in to["operations"]]
    matches = [one for holder in holders for one in holder["matches"]]
    match = rng.choice(matches) if matches else {"path": str(rng.choice(PATTERNS)), "regex": None}
    path = str(match["path"]).replace("%", "%25").replace(" ", "%20").replace("é", "%C3%A9")
    if match["regex"] is not None and rng.random() < 0.8:
        path = rng.choice(NEAR_REGEXES)
    path = path.replace("/**", rng.choice(["", "/", "/x", "/b/c", "/../b"]))
    path = path.replace("{x}", rng.choice(SEGMENTS)) or "/"
    if rng.random() < 0.2:
        at = rng.randrange(len(path))
        spoiled = [path[:at] + path[at + 1 :], path[:at] + rng.choice("/;.%aA") + path[at:]]
        path = rng.choice(spoiled)
    return path if path.startswith("/") else "/" + path


def caller(rng: random.Random, rules: list[Json]) -> str | None:
    """Whoever a rule names, or anybody."""
    named = [one for rule in rules for one in rule["from"]["identities"]]
    found: str | None = rng.choice(named if named and rng.random() < 0.4 else CALLERS)
    return found


def address(rng: random.Random, rules: list[Json], field: str) -> str | None:
    """An address at the edge of a network of the rules, or of any, or none."""
    known = [one for rule in rules for one in rule[field]]
    if rng.random() < (0.05 if known else 0.5):
        return None
    near = network(rng.choice(known or NETWORKS))
    first, last = int(near.network_address), int(near.broadcast_address)
    number = rng.choice([first - 1, first, last, last + 1, (first + last) // 2])
    most = 2**near.max_prefixlen - 1
    kind = type(near.network_address)
    return str(kind(min(max(number, 0), most)))


def instant(rng: random.Random, rules: list[Json]) -> int:
    """An instant at the edge of the hours of a rule, or of a change of its clocks."""
    known = [rule["hours"] for rule in rules if rule["hours"] is not None]
    if not known or rng.random() < 0.2:
        return NOW
    if rng.random() < 0.01:
        return rng.choice([10**12, -(10**12), 2**63 - 1])
    wanted = rng.choice(known)
    there = zone(wanted["zone"])
    if rng.random() < 0.4 and (changes := clock_changes(wanted["zone"])):
        return rng.choice(changes) + rng.choice([-3600, -1801, -1, 0, 1, 1799, 3599, 3600])
    day = datetime(2027, 1, 1, tzinfo=there) + timedelta(days=rng.randrange(365))
    edge = day + timedelta(minutes=rng.choice([wanted["from"], wanted["to"], 0]))
    return int(edge.replace(fold=rng.randint(0, 1)).timestamp()) + rng.choice([-60, -1, 0, 1, 60])


@cache
def clock_changes(rule: str) -> list[int]:
    """The instants of 2027 at which the clocks of a zone change."""
    there, found = zone(rule), []
    first = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())
    for day in range(first, first + 365 * 86_400, 86_400):
        if offset(day, there) != offset(day + 86_400, there):
            within = range(day + 1800, day + 86_401, 1800)
            found += [at for at in within if offset(at - 1, there) != offset(at, there)]
    return found


def offset(at: int, there: ZoneInfo) -> timedelta | None:
    """How far the clocks of a zone are from UTC at an instant."""
    return datetime.fromtimestamp(at, there).utcoffset()


def token(rng: random.Random, rules: list[Json]) -> Json | None:
    """The user of a request, if it has one."""
    wanted = any(rule["user"] is not None for rule in rules)
    if rng.random() < (0.4 if wanted else 0.9):
        return None
    claims: Json = {}
    for path in pick(rng, list(CLAIMS), 6):
        *outer, last = path.split("/")
        within = claims
        for key in outer:
            within = within.setdefault(key, {})
        within[last] = rng.choice(CLAIMS[path])
    if rng.random() < 0.05:
        claims["realm_access"] = rng.choice(["roles", ["roles"], None])
    return {"issuer": rng.choice(["corp", "corp", "corp", "partner", "Corp"]), "claims": claims}


def forwarded(rng: random.Random, rules: list[Json]) -> list[list[str]]:
    """The client as somebody says it is: once, twice, or not as a gateway would."""
    if not any(rule["client"] for rule in rules) or rng.random() < 0.3:
        return []
    said = address(rng, rules, "client") or rng.choice(["", "unknown", "10.1.2.3, 10.1.2.4"])
    name = rng.choice(["x-forwarded-for", "X-Forwarded-For", "x.forwarded.for", "forwarded"])
    return [[name, said]] * rng.choice([1, 1, 1, 1, 2])


def question(rng: random.Random, slice_: Json) -> Json:
    """One request."""
    headers = [[rng.choice(SPELLINGS[:2] + SPELLINGS[5:]), rng.choice(SENT)]
               for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 3]))]  # fmt: skip
    if rng.random() < 0.05:
        headers.append([rng.choice(SPELLINGS), "x"])
    rules = [one for kind in ("guardrails", "deny", "allow") for one in slice_["inbound"][kind]]
    headers += forwarded(rng, rules)
    hosts = SENT_HOSTS if rng.random() < 0.2 else slice_["inbound"]["authorities"] or HOSTS
    listeners = [one["name"] for one in slice_["inbound"]["listeners"]]
    return {
        "from": caller(rng, rules),
        "listener": rng.choice(listeners),
        "method": rng.choice(METHODS if rng.random() < 0.98 else ["", "G T", "CONNECT"]),
        "target": target(rng, slice_),
        "host": rng.choice(hosts),
        "headers": headers,
        "now": instant(rng, rules),
        "source": address(rng, rules, "source"),
        "client": address(rng, rules, "client") if rng.random() < 0.3 else None,
        "external": rng.choice(EXTERNAL),
        "user": token(rng, rules),
        "draw": rng.choice([0, 2**31, 2**32 - 1, rng.randrange(2**32)]),
    }
