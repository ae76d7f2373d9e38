"""`meshc eval`: decide requests as the mesh would."""

from __future__ import annotations

import ipaddress
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meshc.cli import clicking, exits, source
from meshc.mesh.decisions import ALLOWED, Decisions, Request, Unanswerable, User
from meshc.report.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshc.mesh.decisions import Decision, Step

TEXTS = ("from", "method", "path", "host", "port", "at", "source", "client")
FIELDS = {*TEXTS, "to", "headers", "draw", "user"}


@click.command(
    epilog="""\b
Examples:
  meshc eval --from shop/frontend --to shop/cart GET /carts/7
  meshc eval --to shop/edge --host boutique.test GET / --json
  meshc eval --repo shop --at 2027-04-01T00:00:00Z --from shop/web --to shop/pay POST /charges
  meshc eval --from shop/desk --to shop/pay --user 'corp:{"groups": ["support"]}' POST /refunds
  meshc eval --snapshot build --file requests.jsonl

A line of the file is {"from": …, "to": …, "method": …, "path": …, "host": …, "headers":
{"name": "value" or ["value", …]}, "port": …, "at": …, "draw": …, "source": …, "client": …,
"user": {"issuer": …, "claims": {…}}}; all but "to" may be left out.

Exit codes: 0 every request is allowed, 1 one is not (or the intents do not compile)."""
)
@click.option("--repo", "repository", default=".", help="Folder of intents [default: this one].")
@clicking.taking(source.REVISION, source.ENVIRONMENT)
@click.option(
    "--snapshot", help="A snapshot that `meshc compile --out` wrote, instead of a repository."
)
@click.option("--from", "sender", metavar="NS/NAME", help="Who sends it; left out: nobody known.")
@click.option("--to", metavar="NS/NAME", help="The service or gateway it is sent to.")
@click.option("--host", help="The Host field, if not the service's own name.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A further field.")
@click.option("--port", help="Name of the port, if not the first.")
@click.option(
    "--user",
    metavar="ISSUER[:CLAIMS]",
    help="A verified token's TokenIssuer and its claims: a JSON object, or @FILE that holds one.",
)
@click.option("--source", metavar="IP", help="The address it comes from, for `when.source`.")
@click.option("--client", metavar="IP", help="The client a gateway of ours saw, for `when.client`.")
@click.option("--at", metavar="RFC3339", help="The instant, if not now.")
@click.option(
    "--draw", type=click.IntRange(0, 2**32 - 1), default=0, help="What a weighted choice goes by."
)
@click.option(
    "--file", "lines", type=click.File("r", encoding="utf-8"), help="Requests as JSON lines."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a request.")
@click.argument("method", required=False)
@click.argument("path", required=False)
def command(**options: Any) -> int:  # noqa: ANN401 - sixteen options, read by name below
    """Decide one request, or a file of them, without opening a socket."""
    asked = list(requests(options))
    decisions = tables(options)
    refused = 0
    for request in asked:
        try:
            decision = decisions.decide(request)
        except Unanswerable as error:
            raise exits.Failure(str(error)) from None
        refused += not all(step.allowed for step in decision.steps)
        if options["as_json"]:
            sys.stdout.write(json.dumps(decision.to_json(), ensure_ascii=False) + "\n")
        else:
            sys.stdout.write("\n".join(told(request, decision)) + "\n")
    return exits.FINDINGS if refused else exits.CLEAN


def tables(options: dict[str, Any]) -> Decisions:
    """Load the tables of a snapshot or of a repository."""
    if options["snapshot"]:
        from meshc.cli import snapshots

        stored = snapshots.read(options["snapshot"])
        return Decisions.of(stored.slices, stored.callees, stored.commit)
    compiled = source.compiled(options["repository"], options["rev"], options["env"])
    return Decisions.of(compiled.slices, compiled.callees, compiled.commit)


def requests(options: dict[str, Any]) -> Iterator[Request]:
    """Read what is asked; fails where it is no request."""
    if options["lines"] is not None:
        for number, line in enumerate(options["lines"], start=1):
            if line.strip():
                yield from_line(line, number)
        return
    if not (options["to"] and options["method"]):
        raise click.UsageError("give --to, METHOD and PATH, or --file", click.get_current_context())
    yield Request(
        to=options["to"],
        sender=options["sender"],
        method=options["method"],
        path=options["path"] or "/",
        host=options["host"],
        headers=tuple(header(text) for text in options["headers"]),
        port=options["port"],
        source=address(options["source"]),
        client=address(options["client"]),
        user=user(options["user"]),
        now=instant(options["at"]),
        draw=options["draw"],
    )


def from_line(line: str, number: int) -> Request:
    """Read one line of a file of requests."""
    try:
        one = json.loads(line)
    except json.JSONDecodeError as error:
        raise exits.Failure(f"line {number} is no JSON: {error.msg}") from None
    if not isinstance(one, dict) or not isinstance(one.get("to"), str):
        raise exits.Failure(f"line {number} is no object with a `to`")
    if unknown := sorted(set(one) - FIELDS):
        raise exits.Failure(f"line {number} has an unknown field `{unknown[0]}`")
    texts = [one.get(name) for name in TEXTS]
    if not all(text is None or isinstance(text, str) for text in texts):
        raise exits.Failure(f"line {number} has a field that is no string")
    draw = one.get("draw", 0)
    if not isinstance(draw, int) or not 0 <= draw < 2**32:
        raise exits.Failure(f"line {number}: `draw` is a number from 0 to 4294967295")
    return Request(
        to=one["to"],
        sender=one.get("from"),
        method=one.get("method", "GET"),
        path=one.get("path", "/"),
        host=one.get("host"),
        headers=tuple(spread(one.get("headers", {}), f"line {number}")),
        port=one.get("port"),
        source=address(one.get("source")),
        client=address(one.get("client")),
        user=user_of(one.get("user"), f"line {number}"),
        now=instant(one.get("at")),
        draw=draw,
    )


def spread(headers: object, where: str) -> Iterator[tuple[str, str]]:
    """Give each line of a mapping of header fields."""
    if not isinstance(headers, dict):
        raise exits.Failure(f"{where}: `headers` is a mapping of names to values")
    for name, values in headers.items():
        for value in values if isinstance(values, list) else [values]:
            yield str(name), str(value)


def header(text: str) -> tuple[str, str]:
    """Read `name:value`."""
    name, colon, value = text.partition(":")
    if not colon:
        raise exits.Failure(f"`{text}` is no header; write NAME:VALUE")
    return name.strip(), value.strip()


def user(text: str | None) -> User | None:
    """Read `ISSUER`, `ISSUER:{…}` or `ISSUER:@FILE`; fails where the claims are no JSON object."""
    if text is None:
        return None
    issuer, colon, claims = text.partition(":")
    where = "--user"
    written = claims.encode()
    if claims.startswith("@"):
        where = f"`{claims[1:]}`"
        written = Path(claims[1:]).read_bytes()
    try:
        content = json.loads(written) if colon else {}
    except ValueError as error:
        raise exits.Failure(f"the claims of {where} are no JSON: {error}") from None
    return user_of({"issuer": issuer, "claims": content}, where)


def user_of(content: object, where: str) -> User | None:
    """Check that what was read names a user; `where` says where it stands."""
    if content is None:
        return None
    if isinstance(content, dict) and not set(content) - {"issuer", "claims"}:
        issuer, claims = content.get("issuer"), content.get("claims", {})
        if isinstance(issuer, str) and issuer and isinstance(claims, dict):
            return User(issuer, claims)
    raise exits.Failure(f'{where}: a user is an `issuer` and `claims`, a JSON object: {{"sub": …}}')


def address(text: str | None) -> str | None:
    """Check an IP address."""
    if text is not None:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise exits.Failure(f"`{text}` is no IP address") from None
    return text


def instant(text: str | None) -> int:
    """Read an instant as Unix seconds; now where there is none."""
    if text is None:
        return int(time.time())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise exits.Failure(
            f"`{text}` is no RFC 3339 instant, such as 2027-01-31T12:00:00Z"
        ) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def told(request: Request, decision: Decision) -> Iterator[str]:
    """Tell a decision to a person: the verdict, then what each proxy on the way says."""
    said = decision.to_json()
    allowed = said["verdict"] == ALLOWED
    sender = request.sender or "anonymous"
    yield f"{sender} -> {request.to}: {shown(request.method)} {shown(request.path)}"
    status = "" if allowed else f" ({said['status']})"
    yield f"  verdict      {said['verdict']}{status}"
    if said["operation"]:
        yield f"  operation    {said['operation']}"
    if said["destination"]:
        yield f"  destination  {said['destination']}"
    for step in decision.steps:
        yield from reason(step)


def reason(step: Step) -> Iterator[str]:
    """Tell why one proxy decides as it does."""
    why = step.answer["reason"]
    yield f"  {step.side:<11}  {step.workload}: {shown(why['sentence'])}"
    if why.get("rule"):
        yield f"               rule {why['rule']}{place(why)}, commit {why['commit'][:12]}"
    if later := why.get("later"):
        yield f"               from {later['at']} refused by {later['rule']}{place(later)}"
    if limits := step.answer.get("limits"):
        yield f"               charged to rate limits: {', '.join(limits)}"
    if near := why.get("nearest"):
        failed = shown("; ".join(near["failed"]))
        yield f"               nearest {near['rule']}{place(near)}: {failed}"
        if near.get("edit"):
            yield f"               to allow just this: {shown(near['edit'])}"
    if would := why.get("would"):
        rule = f" by {would['rule']}{place(would)}" if would.get("rule") else ""
        yield f"               if enforced: {would['verdict']} ({would['status']}){rule}"


def place(found: dict[str, Any]) -> str:
    """Write a place if there is one."""
    where = found.get("place")
    return f" at {shown(where['file'])}:{where['line']}" if where else ""
