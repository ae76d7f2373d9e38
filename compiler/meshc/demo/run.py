"""The demonstration from the first commit to the last outage."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from meshc.demo import canary, change, client, matrix, outage, plan, refusals, repository
from meshc.demo.application import EXPORT_CHUNK, EXPORT_CHUNKS
from meshc.demo.fleet import CONTROLLER, OUTBOUND_PORT, Broken, Fleet, ready

if TYPE_CHECKING:
    from collections.abc import Callable


class Printer:
    """Prints a step's title, its lines, and how long it took."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Write lines with the given function."""
        self._write = write
        self._began = time.monotonic()

    def step(self, number: int, title: str) -> None:
        """Begin a step."""
        elapsed = time.monotonic() - self._began
        self._write(f"\n[{elapsed:5.1f} s] {number}. {title}")

    def line(self, text: str) -> None:
        """Print one line of the step."""
        self._write(f"    {text}")


def example() -> Path:
    """Find `examples/boutique`; raises `Broken` outside a checkout."""
    for folder in (Path.cwd(), *Path(__file__).resolve().parents):
        found = folder / "examples/boutique"
        if found.is_dir():
            return found
    raise Broken("examples/boutique is not here: run `meshc demo` in a clone of the repository")


def begin(folder: Path, out: Printer) -> tuple[Fleet, repository.Repository]:
    """Make the repository and start everything."""
    from meshc.compiling import compile_files
    from meshc.repo import Folder

    out.step(1, "a Git repository with signed commits")
    made = repository.create(folder / "repository", example(), folder / "signer")
    first = made.git("rev-parse", "HEAD")
    out.line(f"{made.path} at {first[:10]}, signed by {repository.AUTHOR}")
    compiled = compile_files(Folder(made.path).files(), first)
    fleet = Fleet(folder, plan.read(compiled))
    for name in ("logs", "proxies", "secrets"):
        (folder / name).mkdir(mode=0o700)
    certificate(folder / "secrets", "boutique-tls")
    return fleet, made


def certificate(folder: Path, name: str) -> None:
    """Make a self-signed certificate for the gateway's TLS listener."""
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "boutique.test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("boutique.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = folder / f"{name}.key"
    private.touch(0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))


def start_controller(fleet: Fleet, made: repository.Repository) -> None:
    """Start the controller on the repository."""
    fleet.start(
        "controller",
        *(sys.executable, "-m", "meshd", "serve"),
        *("--repo", str(made.path), "--branch", "main"),
        *("--state", str(fleet.folder / "controller")),
        *("--listen", f"{CONTROLLER[0]}:{CONTROLLER[1]}"),
        *("--allowed-signers-file", str(made.path / repository.SIGNERS)),
        *("--poll", "0.2"),
    )


async def start(fleet: Fleet, made: repository.Repository, out: Printer) -> None:
    """Start controller, applications and proxies; wait until all enforce."""
    out.step(2, "the controller, the applications, one proxy each")
    start_controller(fleet, made)

    async def signed() -> bool:
        process = fleet.processes["controller"]
        if process.poll() is not None:
            log = (fleet.folder / "logs/controller.log").read_text(errors="replace")
            raise Broken(f"the controller ended: {log.strip()[-600:]}")
        return bool(fleet.status().get("manifest"))

    await outage.until("the controller signs the first snapshot", signed)
    for instance in fleet.plan.instances:
        fleet.start_application(instance)
        fleet.start_proxy(instance)
    await ready(fleet, list(fleet.plan.instances))
    status = fleet.status()
    out.line(f"{len(fleet.plan.instances)} proxies enforce commit {status['commit'][:10]},")
    out.line(f"height {status['height']}, snapshot {status['manifest']}")


async def call_matrix(fleet: Fleet, out: Printer) -> None:
    """Call every pair and print what came."""
    out.step(3, "every pair of services, called")
    calls = await matrix.call_all(fleet)
    for line in matrix.table(fleet.plan, calls):
        out.line(line)
    for one in calls:
        if not one.declared:
            pair = f"{one.caller.partition('/')[2]} -> {one.callee.partition('/')[2]}"
            out.line(f"{pair}: {one.request}")
            out.line(f"    its own proxy: {one.caller_side}")
            out.line(f"    past it:       {one.callee_side}")
    declared = sum(one.declared for one in calls)
    out.line(f"{declared} declared edges answered, {len(calls) - declared} other pairs refused")
    if wrong := [one for one in calls if not one.holds]:
        raise Broken(f"{len(wrong)} pairs are wrong, the first: {wrong[0]}")


async def split(fleet: Fleet, out: Printer) -> None:
    """Send requests to the canary and print the split."""
    out.step(4, f"{canary.REQUESTS} requests to the canary")
    for line in canary.compare(await canary.count(fleet), canary.weights(fleet)):
        out.line(line)


async def change_under_load(fleet: Fleet, made: repository.Repository, out: Printer) -> None:
    """Commit a change under load and print what it cost."""
    out.step(5, "a commit under load: weights move, frontend -> ads is revoked")
    done = await change.run(fleet, made)
    slowest = max(done.enforced.values())
    out.line(f"commit {done.commit[:10]} enforced on all proxies after {slowest * 1000:.0f} ms")
    first = done.load.first_with(done.manifest)
    for name in sorted(first):
        out.line(f"  {name}: first request by it {(first[name] - done.committed) * 1000:.0f} ms")
    refused = [one for one in done.load.observations if one.status != matrix.OK]
    named = {one.edge for one in refused}
    mixed = done.load.mixed()
    out.line(f"requests {len(done.load.observations)}, failed in flight {len(done.load.lost)}")
    out.line(f"refused afterwards {len(refused)}, all on {sorted(named)}")
    out.line(f"connections closed by the change: {done.load.reconnects}")
    out.line(f"requests decided by two snapshots: {len(mixed)}")
    out.line(f"download of {done.download_bytes} bytes whole, TCP connection still answers")
    early = [one for one in refused if one.began < done.committed]
    whole = done.download_bytes == EXPORT_CHUNKS * len(EXPORT_CHUNK)
    lost = done.load.lost or done.load.reconnects or not done.store_answers or not whole
    if lost or mixed or early:
        raise Broken(f"lost {done.load.lost[:3]}, mixed {mixed[:2]}, early {early[:2]}")
    if named != {"frontend -> ads"}:
        raise Broken(f"the wrong edges were refused: {sorted(named)}")


async def bad_commits(fleet: Fleet, made: repository.Repository, out: Printer) -> None:
    """Commit what must be refused."""
    out.step(6, "a broken commit, then an unsigned one")
    for text in (await refusals.broken(fleet, made), await refusals.unsigned(fleet, made)):
        for line in text.splitlines():
            out.line(line)
        out.line("")
    out.line("meshc status:")
    words = [sys.executable, "-m", "meshc", "status", "--state", str(fleet.folder / "controller")]
    said = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603, ASYNC221 - nothing else runs now
    for line in (said.stdout + said.stderr).splitlines():
        out.line(line)


async def outages(fleet: Fleet, made: repository.Repository, out: Printer) -> None:
    """Kill things and see what stays."""
    out.step(7, "the controller dies, a proxy restarts, an application dies")
    fleet.stop("controller", signal.SIGKILL)
    manifest = await outage.restart_proxy_alone(fleet)
    out.line(f"without the controller a proxy came up from disk with {manifest[:19]}")
    status, flags = await outage.kill_application(fleet)
    out.line(f"callers of a killed application get {status} with flags {flags}")
    start_controller(fleet, made)
    await outage.until("every proxy is with the controller again", lambda: outage.connected(fleet))
    out.line("the controller is back and knows every proxy, told by nobody")


def explain_keeping(fleet: Fleet, out: Printer) -> None:
    """Say how to talk to a mesh that stays up."""
    frontend = fleet.plan.instance("shop/frontend").address
    edge = fleet.plan.instance("shop/edge").address
    out.line(f"the mesh stays up; folder {fleet.folder}; Ctrl-C ends it")
    out.line(f"curl -H 'host: boutique.test' http://{edge}:8080/           # from outside")
    out.line(f"curl -H 'host: cart' http://{frontend}:{OUTBOUND_PORT}/carts/7   # as the frontend")
    out.line(f"curl -H 'host: payment' -d '' http://{frontend}:{OUTBOUND_PORT}/charges  # refused")
    out.line(f"curl http://{frontend}:15000/metrics")
    out.line(f"meshc status --state {fleet.folder}/controller")


async def play(folder: Path, out: Printer, *, keep: bool) -> None:
    """Run every step; raises `Broken` at the first that does not hold."""
    fleet, made = begin(folder, out)
    try:
        await start(fleet, made, out)
        await call_matrix(fleet, out)
        await split(fleet, out)
        await change_under_load(fleet, made, out)
        await bad_commits(fleet, made, out)
        await outages(fleet, made, out)
        if keep:
            out.step(8, "kept")
            explain_keeping(fleet, out)
            ended = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, ended.set)
            await ended.wait()
    finally:
        fleet.close()


def run(write: Callable[[str], None], *, keep: bool, folder: Path | None) -> str | None:
    """Run the demonstration in a fresh folder; give what does not hold, or nothing."""
    out = Printer(write)
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="meshc-demo-")))
        else:
            folder.mkdir(parents=True)
        try:
            asyncio.run(play(folder, out, keep=keep))
        except (Broken, client.Lost) as error:
            return str(error)
        except subprocess.CalledProcessError as error:
            said = (
                (error.stderr or b"") if isinstance(error.stderr, bytes) else error.stderr.encode()
            )
            return f"`{' '.join(error.cmd)}` failed: {said.decode(errors='replace').strip()}"
    return None
