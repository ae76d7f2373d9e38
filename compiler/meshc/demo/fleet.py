"""The processes of a demonstration: one controller, and an application and a proxy per instance."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from meshc.demo import client

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from meshc.demo.plan import Instance, Plan

CONTROLLER = ("127.20.0.250", 15012)
"""Where the controller listens."""
OUTBOUND_PORT = 15001
ADMIN_PORT = 15000
PROBES_PORT = 15021
PATIENCE = 30.0
"""Seconds to wait for a process to become ready; a loaded machine needs some of them."""
LOOK = 0.02
"""Seconds between two looks at something that is awaited."""


class Broken(Exception):
    """A step of the demonstration does not hold; says which and why."""


@dataclass
class Fleet:
    """Everything that runs; `close` ends all of it."""

    folder: Path
    plan: Plan
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: list[IO[bytes]] = field(default_factory=list)

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a process that writes its log beside the others; its name is its own."""
        if name in self.processes:
            raise Broken(f"{name} runs already")
        log = (self.folder / "logs" / f"{name}.log").open("ab")
        self.logs.append(log)
        process = subprocess.Popen(  # noqa: S603 - our own words, no shell
            list(words), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        self.processes[name] = process
        return process

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> int:
        """End a process and give its exit code."""
        process = self.processes.pop(name)
        process.send_signal(number)
        return process.wait(PATIENCE)

    def close(self) -> None:
        """End everything that still runs, newest first."""
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in reversed(self.processes.values()):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()
        for log in self.logs:
            log.close()

    def state(self, instance: Instance) -> Path:
        """Give the state folder of an instance's proxy."""
        return self.folder / "proxies" / instance.name

    def start_application(self, instance: Instance) -> None:
        """Start the application of an instance on its targets; a gateway has none."""
        if self.plan.is_gateway(instance.workload):
            return
        for number, port in enumerate(self.plan.ports(instance.workload)):
            self.start(
                f"app-{instance.name}" + (f"-{port.name}" if number else ""),
                sys.executable,
                "-m",
                "meshc.demo.application",
                *("--address", instance.address, "--port", str(port.target)),
                *("--name", instance.service, "--version", instance.version),
                *(("--tcp",) if port.protocol == "tcp" else ()),
            )

    def start_proxy(self, instance: Instance) -> None:
        """Start the proxy of an instance; the join token is used only if it has no identity yet."""
        state = self.state(instance)
        state.mkdir(parents=True, exist_ok=True)
        self.start(
            f"proxy-{instance.name}",
            proxy_program(),
            *("--state", str(state), "--workload", instance.workload),
            *("--instance", instance.name, "--address", instance.address),
            *("--app", instance.address),
            *("--outbound", f"{instance.address}:{OUTBOUND_PORT}"),
            *("--admin", f"{instance.address}:{ADMIN_PORT}"),
            *("--probes", f"{instance.address}:{PROBES_PORT}"),
            *("--controller", f"{CONTROLLER[0]}:{CONTROLLER[1]}"),
            *("--trust-bundle", str(self.folder / "controller/ca/root.pem")),
            *("--snapshot-key", str(self.folder / "controller/signing.pub")),
            *("--join-token-file", str(self.token(instance))),
            *("--secrets", str(self.folder / "secrets")),
            *("--threads", "1", "--grace", "5", "--expose-snapshot"),
        )

    def token(self, instance: Instance) -> Path:
        """Give the file with an instance's join token; asks the controller for it once."""
        file = self.folder / "tokens" / instance.name
        if not file.exists():
            done = subprocess.run(  # noqa: S603 - our own words, no shell
                [
                    *(sys.executable, "-m", "meshd", "token"),
                    *("--state", str(self.folder / "controller"), instance.workload),
                ],
                check=True,
                capture_output=True,
            )
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.touch(0o600)
            file.write_bytes(done.stdout)
        return file

    def status(self) -> dict[str, Any]:
        """Read the controller's status file; empty before it was written."""
        try:
            content = (self.folder / "controller/status.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        status: dict[str, Any] = json.loads(content)
        return status

    def tls(self, instance: Instance) -> ssl.SSLContext:
        """Give a client context with the certificate of an instance: a caller without its proxy."""
        import ssl  # only the demonstration of refusals needs it

        identity = self.state(instance) / "identity"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # SPIFFE certificates carry no host name
        context.load_verify_locations(identity / "bundle.pem")
        context.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
        return context


def proxy_program() -> str:
    """Give the path of `meshc-proxy`; raises `Broken` when it was not built."""
    beside = os.path.join(os.path.dirname(sys.executable), "meshc-proxy")  # noqa: PTH118, PTH120 - a symlinked python must not be resolved
    found = beside if os.access(beside, os.X_OK) else shutil.which("meshc-proxy")
    if found is None:
        raise Broken("the program `meshc-proxy` is not installed; run `make sync`")
    return found


async def admin(instance: Instance, path: str) -> client.Answer:
    """Ask a proxy's admin port; raises `client.Lost`."""
    connection = await client.Connection.open(instance.address, ADMIN_PORT)
    try:
        return await connection.request("GET", path, host="admin")
    finally:
        connection.close()


async def ready(fleet: Fleet, instances: list[Instance]) -> None:
    """Wait until every proxy enforces a snapshot; raises `Broken` naming those that do not."""
    waiting = list(instances)
    try:
        async with asyncio.timeout(PATIENCE):
            while waiting:
                waiting = [one for one in waiting if not await is_ready(fleet, one)]
                await asyncio.sleep(LOOK)
    except TimeoutError:
        names = ", ".join(one.name for one in waiting)
        raise Broken(
            f"not ready after {PATIENCE:.0f} s: {names}; see {fleet.folder}/logs"
        ) from None


async def is_ready(fleet: Fleet, instance: Instance) -> bool:
    """Tell whether a proxy says that it is ready; raises `Broken` when its process ended."""
    process = fleet.processes.get(f"proxy-{instance.name}")
    if process is not None and process.poll() is not None:
        log = (fleet.folder / "logs" / f"proxy-{instance.name}.log").read_text(errors="replace")
        raise Broken(f"the proxy of {instance.name} ended: {log.strip()[-400:]}")
    try:
        return (await admin(instance, "/ready")).status == 200  # noqa: PLR2004 - OK
    except client.Lost:
        return False


async def manifest_of(instance: Instance) -> str:
    """Give the digest of the manifest a proxy enforces; empty while it answers nothing."""
    try:
        content = json.loads((await admin(instance, "/snapshot")).body)
    except client.Lost:
        return ""
    return str(content.get("manifest", ""))
