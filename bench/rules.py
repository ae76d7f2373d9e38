"""CPU per request of our proxy by the number of its rules, interleaved in one run.

    python bench/rules.py                      no policy, 1,000 and 10,000 rules; 7 rounds of 1 s

Each proxy takes mutual TLS and has 500 operations; its rules name callers by identity, and the one
that lets the client in is the last of its operation. What a policy adds is the median of the
differences to the proxy without one, within rounds; see bench/proxy.py for how CPU is counted.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
from pathlib import Path

import ours
import proxy
from peers import Setting

RULES = (0, 1_000, 10_000)


def launch(program: str, rules: int, folder: Path, upstream: int) -> proxy.Peer:
    """Start our proxy with so many rules."""
    at, port = folder / f"rules-{rules}", proxy.free_port()
    it = Setting("in", port, upstream, folder / "keys", at, rules)
    at.mkdir()
    process = proxy.start(ours.command(program, it), 0, at / "log")
    proxy.await_port(port, process, at / "log")
    return proxy.Peer(f"{rules:,}", port, [process])


def run(program: str, folder: Path, args: argparse.Namespace) -> list[proxy.Peer]:
    """Measure all of them."""
    port = proxy.free_port()
    log = folder / "upstream.log"
    upstream = proxy.start([str(folder / "upstream"), str(port)], 1, log)
    proxy.await_port(port, upstream, log)
    all_peers = [launch(program, rules, folder, port) for rules in RULES]
    try:
        for number in range(args.rounds + 1):
            for peer in random.sample(all_peers, len(all_peers)):
                proxy.measure(peer, "rules", folder, args.seconds)
            if number == 0:  # the first round warms everything up
                for peer in all_peers:
                    peer.cpu, peer.rate, peer.p99, peer.failed = [], [], [], 0
    finally:
        for process in [upstream, *(one for peer in all_peers for one in peer.processes)]:
            process.send_signal(signal.SIGKILL)
            process.wait()
    return all_peers


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0)
    args = parser.parse_args()
    program = ours.program()
    if program is None:
        sys.exit("no optimised proxy; `make release` builds it")
    folder = Path(tempfile.mkdtemp(prefix="meshc-bench-"))
    proxy.build(folder)
    ours.certificates(folder / "keys")
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {args.rounds} rounds\n")
    print("| rules | CPU us best / median | added us | req/s | failed |")
    print("|---|---|---|---|---|")
    measured = run(program, folder, args)
    for peer in measured:
        pairs = zip(peer.cpu, measured[0].cpu, strict=False)
        added = statistics.median(own - without for own, without in pairs)
        cpu = f"{min(peer.cpu):.2f} / {statistics.median(peer.cpu):.2f}"
        rate = f"{statistics.median(peer.rate):,.0f}"
        print(f"| {peer.name} | {cpu} | {added:+.2f} | {rate} | {peer.failed} |")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
