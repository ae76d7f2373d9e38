"""The controller's edge: runs the core's actions, follows the branch, keeps the clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshc.snapshot import Lineage, manifest, seal
from meshd import ca, follow, gate, serve, signatures, status, step
from meshd.state import Damaged, Store

if TYPE_CHECKING:
    import ssl

SIGNERS = ".meshc/allowed_signers"
TICK_SECONDS = 0.5
RENEW_SECONDS = 1800.0
"""Half the life of the controller's own certificate."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator asked for."""

    source: str
    branch: str
    folder: Path
    host: str
    port: int
    poll: float
    signers_file: Path | None
    trust_commit: str | None


@dataclass
class Controller:
    """One running controller."""

    settings: Settings
    store: Store
    mirror: follow.Mirror
    started: float
    state: step.State = field(default_factory=step.State)
    problem: str | None = None
    server: serve.Server | None = None
    judged: str | None = None
    """The head that was judged last; it is not judged again."""
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    older: dict[str, frozenset[str]] = field(default_factory=dict)
    background: asyncio.Task[None] | None = None

    def happened(self, event: step.Event) -> None:
        """Take one step and carry out what follows."""
        self.state, actions = step.step(self.state, event, time.time())
        for action in actions:
            match action:
                case step.Persist(snapshot):
                    self.store.accept(snapshot)
                    say(f"commit {snapshot.commit[:12]} is the mesh, height {snapshot.height}")
                case step.Send() if self.server is not None:
                    self.server.send(action)
        if not isinstance(event, step.Tick):
            self.tell()

    def tell(self) -> None:
        """Write the status file; a full disk is said and survived."""
        try:
            content = status.describe(self.state, self.started, self.problem)
            status.write(self.settings.folder, content)
        except OSError as error:
            say(f"cannot write the status: {error}; free some space")

    def learn(self, name: str) -> None:
        """Read a stored manifest: which workloads there are, and what each may fetch."""
        envelope = json.loads((self.settings.folder / "manifests" / name).read_bytes())
        import base64

        content = json.loads(base64.b64decode(envelope["payload"]))
        # During a switch a proxy may still fetch what the snapshot before names.
        self.older = {
            workload: frozenset({entry["slice"], entry["places"]})
            for workload, entry in self.entries.items()
        }
        self.entries = {entry["workload"]: entry for entry in content["slices"]}
        self.identities = {}
        for workload, entry in self.entries.items():
            blob = (self.settings.folder / "blobs" / entry["slice"]).read_bytes()
            self.identities[json.loads(blob)["inbound"]["identity"]] = workload

    def workload_of(self, identity: str) -> str | None:
        """Give the workload with a SPIFFE ID."""
        return self.identities.get(identity)

    def path_of(self, workload: str) -> str | None:
        """Give the path of a workload's SPIFFE ID."""
        found = next((one for one, name in self.identities.items() if name == workload), None)
        return found.removeprefix("spiffe://").partition("/")[2] if found else None

    def blobs_of(self, workload: str) -> frozenset[str]:
        """Name the blobs that a workload may fetch."""
        entry = self.entries.get(workload)
        own = {entry["slice"], entry["places"]} if entry else set()
        return frozenset(own) | self.older.get(workload, frozenset())

    async def look(self) -> None:
        """Fetch the branch once and judge a head that is new."""
        try:
            head = await self.mirror.fetch()
        except follow.Unfetchable as error:
            self.complain(f"{error}; the mesh stays as it is and the fetch is tried again")
            return
        self.complain(None)
        accepted = self.state.current.commit if self.state.current else None
        if head == accepted:
            self.judged = head
            if self.state.refusal is not None:
                self.state = replace(self.state, refusal=None)
                self.tell()
        elif head != self.judged and self.state.switch is None:
            self.judged = head
            await self.judge(head, accepted)

    def complain(self, problem: str | None) -> None:
        """Remember what stands in the way, and say it once."""
        if problem != self.problem:
            self.problem = problem
            if problem:
                say(problem)
            self.tell()

    async def judge(self, head: str, accepted: str | None) -> None:
        """Let a head through every gate; what passes is signed and handed out."""
        try:
            await self.check_origin(head, accepted)
        except signatures.Unsigned as error:
            self.refuse(head, str(error))
            return
        verdict = await asyncio.to_thread(gate.gate, str(self.mirror.folder), head)
        if isinstance(verdict, gate.Rejected):
            self.refuse(head, verdict.text)
            return
        try:
            await self.sign(head, verdict)
        except OSError as error:
            self.refuse(head, f"the snapshot cannot be stored: {error}; the last one stays")
            self.judged = accepted

    def refuse(self, head: str, text: str) -> None:
        """Refuse a head and say so."""
        say(f"commit {head[:12]} is refused: {text.splitlines()[0]}")
        self.happened(step.Refused(head, text))

    async def check_origin(self, head: str, accepted: str | None) -> None:
        """Hold a head against what is trusted; raises `signatures.Unsigned`."""
        base = accepted or self.settings.trust_commit
        if base is not None and not await self.mirror.descends(head, base):
            raise signatures.Unsigned(
                head,
                f"commit {head[:12]} does not descend from {base[:12]}, the last accepted one; "
                "history was rewritten. Restore the branch; the mesh stays as it is",
            )
        commits = await self.mirror.commits(base, head)
        signers = await self.signers(base)
        if commits:
            await signatures.verify(self.mirror, commits, signers, head)

    async def signers(self, base: str | None) -> bytes | None:
        """Give the allowed signers of the trusted base: the operator's file before the first commit."""
        if base is None or self.settings.signers_file is not None and self.state.current is None:
            file = self.settings.signers_file
            return await asyncio.to_thread(file.read_bytes) if file else None
        return await self.mirror.file(base, SIGNERS)

    async def sign(self, head: str, passed: gate.Passed) -> None:
        """Store and sign a snapshot one height above the last, and begin to hand it out."""
        current = self.state.current
        height = current.height + 1 if current else 1
        lineage = Lineage(head, height, current.manifest if current else None)
        payload = manifest(passed.slices, lineage)
        for _, content, places in passed.slices:
            self.store.put_blob(content)
            self.store.put_blob(places)
        name = self.store.put_manifest(payload, seal(payload, self.store.signing_key()))
        self.learn(name)
        if self.server is None:
            await self.open(json.loads(payload)["trustDomain"])
        self.happened(step.Signed(step.Snapshot(name, head, height)))

    async def open(self, trust_domain: str) -> None:
        """Start to serve proxies; raises `OSError` when the port is taken."""
        from aiohttp import web

        authority = ca.Authority.open(self.settings.folder / "ca", trust_domain)
        self.server = serve.Server(self.settings.folder, authority, self)
        runner = web.AppRunner(self.server.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        context = serve.context(authority, self.settings.folder / "ca")
        site = web.TCPSite(
            runner, self.settings.host, self.settings.port, ssl_context=context, reuse_address=True
        )
        await site.start()
        self.background = asyncio.create_task(self.renew(authority, context))
        say(f"serving {authority.trust_domain} on {self.settings.host}:{self.settings.port}")

    async def renew(self, authority: ca.Authority, context: ssl.SSLContext) -> None:
        """Keep the controller's own certificate fresh."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            folder = self.settings.folder / "ca"
            serve.context(authority, folder)
            context.load_cert_chain(folder / "controller.pem", folder / "controller.key")

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT; raises `Damaged` and `OSError` at the start."""
        self.store.prepare()
        self.store.signing_key()
        await self.mirror.prepare()
        accepted = self.store.accepted()
        if accepted is not None:
            self.state = replace(self.state, current=accepted, epoch=1)
            self.learn(accepted.manifest)
            await self.open(ca.Authority.open(self.settings.folder / "ca", None).trust_domain)
        self.tell()
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        tasks = [asyncio.create_task(self.poll()), asyncio.create_task(self.tick())]
        waiting = asyncio.create_task(ended.wait())
        done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for task in done - {waiting}:
            task.result()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)

    async def poll(self) -> None:
        """Look at the branch again and again."""
        while True:
            await self.look()
            await asyncio.sleep(self.settings.poll)

    async def tick(self) -> None:
        """Let time pass in the core."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.happened(step.Tick())
            if self.state.proxies:
                self.tell()


def say(text: str) -> None:
    """Write one line to the log."""
    print(f"meshd: {text}", file=sys.stderr, flush=True)  # noqa: T201 - the controller's log


def start(settings: Settings) -> None:
    """Run a controller to its end; raises `Damaged` and `OSError`."""
    mirror = follow.Mirror(
        settings.folder / "repository.git", settings.source, settings.branch
    )
    controller = Controller(settings, Store(settings.folder), mirror, time.time())
    asyncio.run(controller.run())


