"""An Environment that is laid over what it changes is the one that is read and linked whole.

Repositories have Environments that patch random values of
random objects and leave out random files.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from edits import EDITS, answers, edited, generated, said

from meshc import mesh

if TYPE_CHECKING:
    from collections.abc import Iterator

MERGES = (
    "{owner: green}",
    "{operations: {get: {timeout: 9s}}}",
    "{operations: {put: null}}",
    "{instances: {static: []}}",
    "{calls: null}",
    "{allow: [{name: readers, from: [anyone]}]}",
    "{allow: null, deny: [{name: no, from: [b/*]}]}",
    "{ports: [{name: api, protocol: tcp}]}",
    "{hosts: [other.b.test]}",
    "{nonsense: 1}",
    "{operations: {get: {timeout: 9 apples}}}",
)


def patch(number: int, chance: random.Random) -> str:
    """Write a patch, mostly of a service that is there."""
    at = chance.randrange(12)
    kind = "GatewayIntent" if at == 11 else "ServiceIntent"
    if chance.random() < 0.05:
        kind = chance.choice(["GatewayIntent", "ServiceIntent", "Guardrail", "PolicyTest"])
    name = f"s{at}" if chance.random() < 0.95 else "nobody"
    target = f"{{kind: {kind}, namespace: {'abc'[at % 3]}, name: {name}}}"
    merge = f"{{spec: {chance.choice(MERGES)}}}"
    return f"    - {{name: p{number}, target: {target}, merge: {merge}}}\n"


def environment(name: str, chance: random.Random) -> str:
    """Write an Environment."""
    patches = [patch(number, chance) for number in range(chance.choice([0, 1, 1, 2, 3]))]
    lines = ["  patches:\n", *patches] if patches else []
    if chance.random() < 0.4:
        left_out = chance.sample(range(12), chance.choice([1, 1, 2, 4]))
        names = ", ".join(f"s{one}.yaml" for one in left_out)
        only = 'include: ["s*.yaml"], ' if chance.random() < 0.2 else ""
        lines.append(f"  files: {{{only}exclude: [{names}]}}\n")
    if patches and chance.random() < 0.3:
        lines.append('  widens: [{patch: p0, reason: "a test"}]\n')
    spec = "spec:\n" + "".join(lines) if lines else "spec: {}\n"
    return f"apiVersion: meshc.dev/v1\nkind: Environment\nmetadata: {{name: {name}}}\n{spec}"


def repositories(seed: int, chance: random.Random) -> Iterator[dict[str, str]]:
    """Give repositories with an Environment, each an edit of the one before."""
    files = generated(seed)
    for _ in range(10):
        files |= {"env.yaml": environment("prod", chance)}
        yield files
        files |= edited(files, chance)


@pytest.mark.parametrize("seed", range(4))
def test_an_environment_shares_with_the_base_what_it_does_not_change(seed: int) -> None:
    chance = random.Random(seed + 1000)  # noqa: S311 - repeatable, no secret
    found = 0
    for start in range(max(1, EDITS // 4 // 10)):
        for files in repositories(100 * seed + start, chance):
            base = mesh.link([(path, text.encode()) for path, text in files.items()], [])
            if "prod" not in base.environments():
                continue
            if chance.random() < 0.5:
                answers(base)
            laid = base.within("prod", mesh.schema(), [])
            whole = base.within("prod", mesh.schema(), [], anew=True)
            assert said(laid, sorted(files)) == said(whole, sorted(files)), files["env.yaml"]
            found += 1
    assert found > EDITS // 4 // 2, "most repositories keep their Environment"
