"""`meshc status`: what a controller and its proxies enforce."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from meshc.cli import controller, exits
from meshc.report.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(
    epilog="""\b
Examples:
  meshc status
  meshc status --state /var/lib/meshc --json | jq '.proxies[].instance'

Exit codes: 0 nothing is refused, 1 the newest commit was refused, 3 there is no status."""
)
@click.option("--state", metavar="DIR", help="State folder [default: ~/.local/state/meshc].")
@click.option("--json", "as_json", is_flag=True, help="The controller's own JSON.")
def command(*, state: str | None, as_json: bool) -> int:
    """Show commit, height, each proxy's snapshot, what audited rules would do, the last refusal."""
    folder = controller.state_folder(state).absolute()
    found = controller.status(folder)
    if found is None:
        raise exits.Failure(f"`{folder}` holds no status; no controller ran there", exits.NO_INPUT)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for line in lines(found, time.time()):
            click.echo(line)
    return exits.FINDINGS if found.get("lastRefusal") else exits.CLEAN


def lines(found: controller.Status, now: float) -> Iterator[str]:
    """Tell a status to a person."""
    yield f"commit    {shown(str(found.get('commit') or 'none accepted yet'))}"
    yield f"height    {found.get('height', 0)}"
    yield f"snapshot  {found.get('manifest') or 'none'}"
    proxies = found.get("proxies") or []
    yield f"proxies   {len(proxies)}"
    width = max((len(str(one.get("instance"))) for one in proxies), default=0)
    for one in proxies:
        yield f"  {proxy(one, width, found.get('manifest'), now)}"
    yield from audited(proxies)
    if problem := found.get("problem"):
        yield f"problem   {shown(str(problem))}"
    if refusal := found.get("lastRefusal"):
        yield f"refused   commit {str(refusal.get('commit') or '')[:12]}"
        for line in str(refusal.get("text") or "").splitlines():
            yield f"  {shown(line)}"


def audited(proxies: list[dict[str, Any]]) -> Iterator[str]:
    """Tell what audited rules would have decided, a line a rule, summed over the proxies."""
    sums: dict[tuple[str, ...], int] = {}
    for one in proxies:
        for item in one.get("audited") or []:
            words = [str(item.get(name) or "") for name in ("would", "kind", "rule", "place")]
            key = (str(one.get("workload") or ""), *words)
            sums[key] = sums.get(key, 0) + int(item.get("count") or 0)
    if sums:
        yield "audited"
    for (workload, would, kind, rule, place), count in sorted(sums.items()):
        named = f" `{rule}`" if rule else ""
        at = f" ({place})" if place else ""
        requests = "request" if count == 1 else "requests"
        yield f"  {shown(f'{workload}  {count} {requests} would be {would}: {kind}{named}{at}')}"


def proxy(one: dict[str, Any], width: int, manifest: str | None, now: float) -> str:
    """Tell one proxy: which snapshot, heard of how long ago."""
    enforced = one.get("manifest")
    which = (
        "no snapshot" if not enforced else "current" if enforced == manifest else str(enforced)[:19]
    )
    heard = one.get("lastSeen")
    age = (
        f", heard of {max(0, now - heard / 1000):.1f} s ago"
        if isinstance(heard, int | float)
        else ""
    )
    state = str(one.get("state") or "")
    told = f", {shown(state)}" if state not in ("", "current") else ""
    return f"{one.get('instance')!s:<{width}}  {which}{told}{age}"
