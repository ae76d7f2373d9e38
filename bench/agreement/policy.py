"""Random policies of what our language and Envoy can both say, as intents and compiled.

Paths (exact, template, `/**`), methods, conditions on headers; callers by identity, by namespace,
anyone; allow and deny. Nothing here decides anything.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from meshc import compiling
from meshc.findings import Severity
from oracle import generator
from oracle.matching import is_narrower, rank

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

Json = dict[str, Any]

NAMESPACE = "shop"
CALLERS = [("shop", "cart"), ("shop", "checkout"), ("ops", "cart"), ("ops", "probe")]
"""Declared workloads that call; the near misses are in `oracle.generator.CALLERS`."""
FROM = ["cart", "checkout", "ops/cart", "ops/probe", "shop/*", "ops/*", "anyone"]
COMMON = {"equals", "oneOf", "prefix", "suffix", "present"}
"""Tests of a value that Envoy has too, with the same meaning."""
PATHS = [one for one in (*generator.PATTERNS, *generator.CROSSING) if " " not in one]
"""The compiler takes no path that holds a blank (MC307)."""


@dataclass(frozen=True)
class Policy:
    """One service: its operations and rules, in the shape of a slice but for `from`.

    A rule's `from` holds references as people write them; nothing stands for everyone.
    """

    name: str
    readings: tuple[str, ...]
    operations: tuple[Json, ...]
    allow: tuple[Json, ...]
    deny: tuple[Json, ...]

    @property
    def authorities(self) -> list[str]:
        """Give the names the service answers to."""
        return [self.name, f"{self.name}.{NAMESPACE}", f"{self.name}.{NAMESPACE}.svc"]

    @cached_property
    def ordered(self) -> list[tuple[Json, str]]:
        """Give every match with its operation, the more specific first.

        Among equally specific ones that overlap the narrower goes first; the compiler refuses the
        rest (MC308).
        """
        found = [(match, one["name"]) for one in self.operations for match in one["matches"]]
        matches = [match for match, _ in found]

        def narrower(match: Json) -> int:
            return sum(is_narrower(one, match) for one in matches if rank(one) == rank(match))

        found.sort(key=lambda item: narrower(item[0]))
        return sorted(found, key=lambda item: rank(item[0]), reverse=True)

    @cached_property
    def conditions(self) -> list[Json]:
        """Give every condition on a header, wherever it stands."""
        readers = [match for match, _ in self.ordered]
        for rule in (*self.allow, *self.deny):
            readers += [rule, *rule["matches"]]
        return [condition for one in readers for condition in one["headers"]]

    @cached_property
    def headers_read(self) -> set[str]:
        """Give the names of all headers that any condition reads."""
        return {one["name"] for one in self.conditions}

    def intent(self) -> Json:
        """Give the document a person would write."""
        spec: Json = {
            "owner": "team-shop",
            "ports": [{"name": "api", "port": 8080, "protocol": "http"}],
            "paths": list(self.readings),
            "operations": {
                one["name"]: {"match": [written_match(match) for match in one["matches"]]}
                for one in self.operations
            },
            "allow": [written_rule(rule) for rule in self.allow],
            "deny": [written_rule(rule) for rule in self.deny],
        }
        return document(NAMESPACE, self.name, {key: it for key, it in spec.items() if it})


@dataclass(frozen=True)
class Compiled:
    """Policies that the compiler takes, with their slices."""

    policies: list[Policy]
    slices: list[bytes]
    refused: Counter[str]
    """Codes of the errors for which other policies were left out."""


def written_match(match: Json) -> Json:
    """Write an operation match."""
    written: Json = {"path": match["path"]}
    if match["methods"]:
        written["method"] = match["methods"]
    if match["headers"]:
        written["headers"] = written_conditions(match["headers"])
    return written


def written_rule(rule: Json) -> Json:
    """Write an allow or deny item."""
    written: Json = {"name": rule["name"]}
    if rule["from"]:
        written["from"] = rule["from"]
    if rule["operations"]:
        written["operations"] = rule["operations"]
    if rule["matches"]:
        written["match"] = [written_match(match) for match in rule["matches"]]
    if rule["headers"]:
        written["when"] = {"headers": written_conditions(rule["headers"])}
    return written


def written_conditions(conditions: Sequence[Json]) -> Json:
    """Write conditions on headers."""
    return {one["name"]: {"not": one["test"]} if one["not"] else one["test"] for one in conditions}


def document(namespace: str, name: str, spec: Json) -> Json:
    """Give a service's document."""
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "meshc.dev/v1",
        "kind": "ServiceIntent",
        "metadata": metadata,
        "spec": spec,
    }


def conditions(rng: random.Random, chance: float) -> list[Json]:
    """Conditions on headers, most often none."""
    if rng.random() >= chance:
        return []
    return [condition(rng, name) for name in generator.pick(rng, generator.HEADERS, 2)]


def condition(rng: random.Random, name: str) -> Json:
    """One condition that both sides know; the compiler takes no empty value (MC103)."""
    made = generator.condition(rng, name)
    while "" in values(made) or not COMMON.issuperset(made["test"]):
        made = generator.condition(rng, name)
    return made


def values(condition: Json) -> list[str]:
    """Give the texts that a condition compares with."""
    (wanted,) = condition["test"].values()
    if isinstance(wanted, bool):
        return []
    return [wanted] if isinstance(wanted, str) else wanted


def match(rng: random.Random) -> Json:
    """One match."""
    return {
        "headers": conditions(rng, 0.3),
        "host": None,
        "methods": sorted(generator.pick(rng, generator.METHODS[:4], 2)),
        "path": rng.choice(PATHS),
        "query": [],
        "regex": None,
    }


def rule(rng: random.Random, name: str, operations: list[str], *, deny: bool) -> Json:
    """One rule; a deny may name requests itself."""
    callers = sorted(rng.sample(FROM, rng.randint(1, 2)))
    named = sorted(generator.pick(rng, [*operations, "rest"], 2))
    direct = deny and rng.random() < 0.5
    return {
        "name": name,
        "from": [] if deny and rng.random() < 0.5 else callers,
        "operations": None if direct else named or None,
        "matches": [match(rng) for _ in range(rng.randint(1, 2))] if direct else [],
        "headers": conditions(rng, 0.3),
    }


def name(number: int) -> str:
    """Give a policy's name; a letter more or less makes it nobody's."""
    return f"p{number}x"


def make(rng: random.Random, name: str) -> Policy:
    """One policy."""
    names = ["admin", "charge", "read", "write"][: rng.randint(0, 4)]
    operations: tuple[Json, ...] = tuple(
        {"name": one, "matches": [match(rng) for _ in range(rng.randint(1, 3))]} for one in names
    )
    return Policy(
        name,
        ("plain", "matrix") if rng.random() < 0.5 else ("plain",),
        operations,
        tuple(rule(rng, f"allow{at}", names, deny=False) for at in range(rng.randint(1, 4))),
        tuple(rule(rng, f"deny{at}", names, deny=True) for at in range(rng.randint(0, 2))),
    )


def compile_all(candidates: Sequence[Policy]) -> Compiled:
    """Compile policies as one mesh, without those in which the compiler finds an error."""
    found = compiling.compile_files(files(candidates), "worktree")
    errors = [one for one in found.findings if one.severity is Severity.ERROR]
    bad = {one.primary.file for one in errors}
    kept = [one for one in candidates if f"{one.name}.yaml" not in bad]
    if bad:
        found = compiling.compile_files(files(kept), "worktree")
    slices = {workload: slice_ for workload, slice_, _ in found.slices}
    codes = Counter(one.code for one in errors)
    return Compiled(kept, [slices[f"{NAMESPACE}/{one.name}"] for one in kept], codes)


def files(policies: Sequence[Policy]) -> list[tuple[str, bytes]]:
    """Give the repository: the mesh, the callers, a file a policy."""
    namespaces = [{"name": name} for name in sorted({namespace for namespace, _ in CALLERS})]
    mesh = {
        "apiVersion": "meshc.dev/v1",
        "kind": "Mesh",
        "metadata": {"name": "agreement"},
        "spec": {"trustDomain": generator.TRUST_DOMAIN, "namespaces": namespaces},
    }
    documents = {"mesh.yaml": mesh}
    for namespace, name in CALLERS:
        documents[f"{namespace}-{name}.yaml"] = document(namespace, name, {"owner": "team-shop"})
    documents |= {f"{one.name}.yaml": one.intent() for one in policies}
    return [(name, json.dumps(one).encode()) for name, one in documents.items()]
