"""What is written about users in intents is what slices hold: random conditions, there and back.

The comparison of core and reference starts from slices; this holds that intents lead to the same.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

from meshc.compiling import compile_files
from oracle import generator

Json = dict[str, Any]

COUNT = 400
SEED = int(os.environ.get("MESHC_SEED", "20261121"))
KEYS = (
    '{"keys": [{"kty": "OKP", "crv": "Ed25519",'
    ' "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'
)
MESH = {
    "apiVersion": "meshc.dev/v1",
    "kind": "Mesh",
    "metadata": {"name": "example"},
    "spec": {"trustDomain": generator.TRUST_DOMAIN},
}
WORDS = {"prefix", "suffix", "regex"}


def issuer(name: str) -> Json:
    """An issuer of user tokens."""
    spec = {"issuer": f"https://{name}.test", "audiences": ["shop"], "keys": {"inline": KEYS}}
    head = {"apiVersion": "meshc.dev/v1", "kind": "TokenIssuer", "metadata": {"name": name}}
    return {**head, "spec": spec}


def can_be_written(claim: Json) -> bool:
    """Whether the language takes a condition; texts are not empty, claims of one type."""
    ((test, value),) = claim["test"].items()
    values = value if test == "oneOf" else [value]
    types = {type(one) for one in values}
    if "" in values or len(types) > 1:
        return False
    if test == "present":
        return True
    if claim["path"] == "scope":
        return test == "has" and types == {str}
    return claim["path"] != "sub" or (test != "has" and types == {str})


def written(claim: Json) -> Json:
    """A condition as an intent writes it."""
    return {"not": claim["test"]} if claim["not"] else dict(claim["test"])


def settled(claim: Json) -> Json:
    """A condition as a slice holds it: the members of a list sorted, truth values first."""
    if "oneOf" not in claim["test"]:
        return claim
    members = sorted(claim["test"]["oneOf"], key=lambda one: (isinstance(one, str), one))
    return {**claim, "test": {"oneOf": members}}


def test_intents_lead_to_the_slices_that_the_reference_reads() -> None:
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sequence, no secret
    users = []
    while len(users) < COUNT:
        user = generator.user(rng)
        if user["claims"] and all(map(can_be_written, user["claims"])):
            users.append(user)
    rules = [
        {
            "name": f"r{number}",
            "from": ["anyone"],
            "operations": ["read"],
            "user": {
                "issuer": user["issuer"],
                "claims": {claim["path"]: written(claim) for claim in user["claims"]},
            },
        }
        for number, user in enumerate(users)
    ]
    ports = [{"name": "api", "port": 8080, "protocol": "http"}]
    operations = {"read": {"match": ["GET /**"]}}
    service = {
        "apiVersion": "meshc.dev/v1",
        "kind": "ServiceIntent",
        "metadata": {"name": "pay", "namespace": "shop"},
        "spec": {"ports": ports, "operations": operations, "allow": rules},
    }
    gateway = {
        "apiVersion": "meshc.dev/v1",
        "kind": "GatewayIntent",
        "metadata": {"name": "edge", "namespace": "shop"},
        "spec": {
            "listeners": [{"name": "web", "port": 8080, "protocol": "http"}],
            "routes": [{"to": "pay.read"}],
            "allow": [{"from": ["anonymous"]}],
            "deny": [{"user": {"issuer": "partner", "claims": {"ok": {"equals": False}}}}],
        },
    }
    other = {
        **service,
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"calls": [{"to": "pay.read"}]},
    }
    documents = [MESH, issuer("corp"), issuer("partner"), service, gateway, other]
    text = "".join(f"---\n{json.dumps(one)}\n" for one in documents)
    compiled = compile_files([("mesh.yaml", text.encode())], "worktree")
    assert compiled.fit, compiled.findings[:3]
    slices = {name: json.loads(slice_) for name, slice_, _ in compiled.slices}
    inbound = slices["shop/pay"]["inbound"]
    wanted = [
        {"issuer": user["issuer"], "claims": [settled(one) for one in user["claims"]]}
        for user in users
    ]
    # `1 == True` to Python, which is just what may not be confused.
    assert json.dumps([rule["user"] for rule in inbound["allow"]], sort_keys=True) == json.dumps(
        wanted, sort_keys=True
    )
    assert [one["name"] for one in inbound["issuers"]] == ["corp", "partner"]
    assert [one["name"] for one in slices["shop/edge"]["inbound"]["issuers"]] == ["partner"]
    assert "issuers" not in slices["shop/web"]["inbound"]
    tests = {next(iter(one["test"])) for user in users for one in user["claims"]}
    assert tests == {"equals", "has", "oneOf", "present", *WORDS}
