"""The controller's edge: runs the core's actions, follows the branch, keeps the clock."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from meshc.snapshot import Lineage, manifest_of, seal
from meshd import ca, follow, gate, serve, signatures, status, step
from meshd.roster import Roster
from meshd.state import Store

if TYPE_CHECKING:
    import datetime as dt
    import ssl
    from pathlib import Path

SIGNERS = ".meshc/allowed_signers"
TICK_SECONDS = 0.5


class Unreadable(Exception):
    """A file of the operator's that cannot be read; trying again may help."""


class Unlistenable(Exception):
    """The address to serve on cannot be had; names it."""


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
    leaf: dt.timedelta = ca.LEAF
    environment: str | None = None


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
    before: Roster | None = None
    roster: Roster | None = None
    coming: Roster | None = None
    """Workloads of the snapshot before, of the mesh, and of the one being prepared."""
    background: asyncio.Task[None] | None = None

    def happened(self, event: step.Event) -> None:
        """Take one step and carry out what follows; what cannot be remembered is given up."""
        before = self.state
        self.state, actions = step.step(before, event, time.time())
        try:
            for action in actions:
                self.carry_out(action)
        except OSError as error:
            # Only the first action touches the disk: nobody was told to commit.
            snapshot = self.state.current
            self.state = before
            if snapshot is not None:
                text = f"the snapshot cannot be stored: {error}; the last one stays"
                self.judged = None  # Tried again: the disk may have space by then.
                if self.state.refusal != step.Refusal(snapshot.commit, text):
                    say(text)
                self.happened(step.Unstored(snapshot, text))
            return
        self.settle_rosters()
        if not isinstance(event, step.Tick):
            self.tell()

    def carry_out(self, action: step.Action) -> None:
        """Carry out one action; raises `OSError` where the disk is full."""
        match action:
            case step.Persist(snapshot):
                self.store.accept(snapshot)
                say(f"commit {snapshot.commit[:12]} is the mesh, height {snapshot.height}")
            case step.Send() if self.server is not None:
                self.server.send(action)

    def tell(self) -> None:
        """Write the status file; a full disk is said and survived."""
        try:
            content = status.describe(self.state, self.started, self.problem)
            status.write(self.settings.folder, content)
        except OSError as error:
            say(f"cannot write the status: {error}; free some space")

    def settle_rosters(self) -> None:
        """Hold the rosters against the core: the mesh, the one before, the one being prepared."""
        current, switch = self.state.current, self.state.switch
        fresh = self.coming
        if fresh is not None and current is not None and fresh.manifest == current.manifest:
            self.before, self.roster, self.coming = self.roster, fresh, None
        elif switch is None:
            self.coming = None

    def workload_of(self, identity: str) -> str | None:
        """Give the workload with a SPIFFE ID."""
        found = [one.workloads.get(identity) for one in (self.roster, self.coming) if one]
        return next((name for name in found if name), None)

    def path_of(self, workload: str) -> str | None:
        """Give the path of a workload's SPIFFE ID."""
        found = [one.path(workload) for one in (self.roster, self.coming) if one]
        return next((path for path in found if path), None)

    def may_fetch(self, workload: str, blob: str) -> bool:
        """Tell whether a blob is a workload's own or named by its slice, also across a switch."""
        known = (one for one in (self.before, self.roster, self.coming) if one)
        return any(blob in one.blobs.get(workload, ()) for one in known)

    def objection(self, instance: str, workload: str) -> str | None:
        """Say why a workload may not speak as an instance."""
        return step.objection(self.state, instance, workload)

    async def look(self) -> None:
        """Fetch the branch once and judge a head that is new."""
        problem = None
        try:
            head = await self.mirror.fetch()
            await self.consider(head)
        except follow.Unfetchable as error:
            problem = f"{error}; the mesh stays as it is and it is tried again"
        except Unreadable as error:
            problem = f"{error}; the commit waits and it is tried again"
        self.complain(problem)

    async def consider(self, head: str) -> None:
        """Judge a head unless it was judged; raises `Unfetchable` and `Unreadable`."""
        accepted = self.state.current.commit if self.state.current else None
        if head == accepted:
            self.judged = head
            if self.state.refusal is not None:
                self.state = replace(self.state, refusal=None)
                self.tell()
        elif head != self.judged and self.state.switch is None:
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
            verdict = await asyncio.to_thread(
                gate.gate, str(self.mirror.folder), head, self.settings.environment
            )
        except signatures.Unsigned as error:
            verdict = gate.Rejected(str(error))
        self.judged = head
        if isinstance(verdict, gate.Rejected):
            self.refuse(head, verdict.text)
            return
        try:
            name, height = await asyncio.to_thread(self.sign, head, verdict)
            coming = await asyncio.to_thread(Roster.read, self.settings.folder, name)
        except OSError as error:
            self.judged = None  # Tried again: the disk may have space by then.
            self.refuse(head, f"the snapshot cannot be stored: {error}; the last one stays")
            return
        if self.server is None:
            await self.open(verdict.trust_domain)
        self.coming = coming
        workloads = frozenset(coming.blobs)
        self.happened(step.Signed(step.Snapshot(name, head, height), workloads))

    def refuse(self, head: str, text: str) -> None:
        """Refuse a head and say so, once."""
        if self.state.refusal != step.Refusal(head, text):
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
        """Give the allowed signers of the trusted base; the operator's file before there is one.

        Raises `Unreadable` for a file that cannot be read.
        """
        file = self.settings.signers_file
        if base is None or (file is not None and self.state.current is None):
            try:
                return await asyncio.to_thread(file.read_bytes) if file else None
            except OSError as error:
                raise Unreadable(
                    f"the allowed signers `{file}` cannot be read: {error.strerror}"
                ) from None
        return await self.mirror.file(base, SIGNERS)

    def sign(self, head: str, passed: gate.Passed) -> tuple[str, int]:
        """Store and sign a snapshot one height above the last; gives its name and height."""
        current = self.state.current
        height = current.height + 1 if current else 1
        lineage = Lineage(head, height, current.manifest if current else None)
        payload = manifest_of(passed.emitted, lineage)
        for content in passed.emitted.callees.values():
            self.store.put_blob(content)
        for _, content, places in passed.emitted.slices:
            self.store.put_blob(content)
            self.store.put_blob(places)
        envelope = seal(payload, self.store.signing_key())
        return self.store.put_manifest(payload, envelope), height

    async def open(self, trust_domain: str) -> None:
        """Start to serve proxies; raises `OSError` when the port is taken."""
        from aiohttp import web

        authority = ca.Authority.open(self.settings.folder / "ca", trust_domain, self.settings.leaf)
        self.server = serve.Server(self.settings.folder, authority, self)
        runner = web.AppRunner(self.server.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        context = serve.context(authority, self.settings.folder / "ca")
        site = web.TCPSite(
            runner, self.settings.host, self.settings.port, ssl_context=context, reuse_address=True
        )
        try:
            await site.start()
        except OSError as error:
            place = f"{self.settings.host}:{self.settings.port}"
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            raise Unlistenable(f"cannot listen on {place}: {reason}") from None
        self.background = asyncio.create_task(self.renew(authority, context))
        say(f"serving {authority.trust_domain} on {self.settings.host}:{self.settings.port}")

    async def renew(self, authority: ca.Authority, context: ssl.SSLContext) -> None:
        """Keep the controller's own certificate fresh."""
        while True:
            await asyncio.sleep(authority.leaf.total_seconds() / 2)
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
            self.state = replace(self.state, current=accepted, epoch=accepted.height)
            self.roster = Roster.read(self.settings.folder, accepted.manifest)
            await self.open(ca.Authority.open(self.settings.folder / "ca", None).trust_domain)
        self.tell()
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        tasks = [asyncio.create_task(self.poll()), asyncio.create_task(self.tick())]
        waiting = asyncio.create_task(ended.wait())
        watched: list[asyncio.Task[None] | asyncio.Task[Literal[True]]] = [waiting, *tasks]
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        failed = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        for task in failed:
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
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]  # A hook that starts it may name another repository.
    mirror = follow.Mirror(settings.folder / "repository.git", settings.source, settings.branch)
    controller = Controller(settings, Store(settings.folder), mirror, time.time())
    asyncio.run(controller.run())
