"""`meshc test`: run the PolicyTests of a repository."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from meshc.cli import clicking, exits, source
from meshc.cli.evaluate import instant, spread, user_of
from meshc.mesh.decisions import ALLOWED, Decision, Decisions, Request, Unanswerable
from meshc.report.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]  # a test as it was written


@click.command(
    epilog="""\b
Examples:
  meshc test                 every PolicyTest of the folder you are in
  meshc test shop --json     for programs
  meshc test --rev HEAD

Exit codes: 0 all pass, 1 one fails (or the intents do not compile), 3 there is no test."""
)
@clicking.repository
@clicking.taking(source.REVISION, source.ENVIRONMENT)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a test.")
def command(*, repository: str, rev: str | None, env: str | None, as_json: bool) -> int:
    """Run every PolicyTest against the decision core and show what does not hold."""
    compiled = source.compiled(repository, rev, env)
    tests: list[Json] = json.loads(compiled.mesh.tests())
    if not tests:
        raise exits.Failure(f"`{repository}` holds no PolicyTest", exits.NO_INPUT)
    decisions = Decisions.of(compiled.slices, compiled.callees, compiled.commit)
    failed = 0
    for test in tests:
        wrong = differences(decisions, test)
        failed += bool(wrong)
        if as_json:
            said = {
                "test": test["test"],
                "name": test["name"],
                "place": where(test),
                "passed": not wrong,
            }
            sys.stdout.write(json.dumps({**said, "differences": wrong}, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(
                f"{'FAIL' if wrong else 'ok  '} {shown(test['test'])}: {shown(test['name'])}\n"
            )
            sys.stdout.writelines(f"       {shown(line)}\n" for line in wrong)
    if not as_json:
        sys.stdout.write(f"{len(tests) - failed} passed, {failed} failed\n")
    return exits.FINDINGS if failed else exits.CLEAN


def differences(decisions: Decisions, test: Json) -> list[str]:
    """Say what a test expects and does not get, its place first; empty where all holds."""
    try:
        decision = decisions.decide(request(test))
    except Unanswerable as error:
        return [f"at {where(test)}", str(error)]
    wrong = list(compare(decision, test["expect"]))
    if not wrong:
        return []
    why = decision.deciding.answer["reason"]
    place = why.get("place")
    at = f" ({place['file']}:{place['line']})" if place else ""
    return [f"at {where(test)}", *wrong, f"because {why['sentence']}{at}"]


def request(test: Json) -> Request:
    """Give the request of a test; references take the test's namespace."""
    asked, namespace = test["request"], test["test"].partition("/")[0]
    sender = asked.get("from")
    return Request(
        to=qualified(asked["to"], namespace),
        sender=None if sender in (None, "anonymous") else qualified(sender, namespace),
        method=asked["method"],
        path=asked["path"],
        host=asked.get("host"),
        headers=tuple(spread(asked.get("headers") or {}, test["name"])),
        port=asked.get("port"),
        client=asked.get("client"),
        user=user_of(asked.get("user"), test["name"]),
        now=instant(asked.get("at")),
    )


def qualified(reference: str, namespace: str) -> str:
    """Write a reference with its namespace; a SPIFFE ID is one already."""
    return reference if "/" in reference else f"{namespace}/{reference}"


def compare(decision: Decision, expect: Json) -> Iterator[str]:
    """Say each field that is not as expected; what a test leaves out is not asked."""
    got = decision.to_json()
    verdict = ALLOWED if got["verdict"] == ALLOWED else "denied"
    if verdict != expect["verdict"]:
        yield f"expected {expect['verdict']}, got {got['verdict']}"
    for name in ("status", "operation", "rule"):
        if expect.get(name) is not None and expect[name] != got[name]:
            yield f"expected {name} {expect[name]}, got {got[name] or 'none'}"
    wanted = expect.get("destination")
    if wanted is not None and wanted not in spellings(got["destination"]):
        yield f"expected destination {wanted}, got {got['destination'] or 'none'}"


def spellings(destination: str | None) -> set[str]:
    """Give the ways to write a destination: with namespace and version or without."""
    if destination is None:
        return set()
    namespace, name, *version = destination.split("/")
    versioned = "/".join([name, *version])
    return {name, versioned, f"{namespace}/{name}", f"{namespace}/{versioned}"}


def where(test: Json) -> str:
    """Give the place of a test."""
    return f"{test['file']}:{test['line']}"
