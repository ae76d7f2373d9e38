"""Decisions for programs: the mesh's own verdicts from Python, without a socket.

    from meshc.deciding import Decider, Request

    shop = Decider.of_folder("shop")
    shop.decide(Request(to="shop/cart", sender="shop/web", path="/carts/7", now=0)).to_json()

Whoever calls this calls the code that proxies run. A `Decider` never changes: the same request gets
the same answer, and threads may share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc import compiling
from meshc.findings import Severity
from meshc.mesh.decisions import Decision, Decisions, Request, Unanswerable, User
from meshc.repo import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from meshc._native import Decider as Tables
    from meshc.findings import Finding

__all__ = ["Decider", "Decision", "Refused", "Request", "Unanswerable", "User"]


class Refused(Exception):
    """Intents that do not compile; `findings` says why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Take everything that was found; one at least is an error."""
        self.findings = findings
        errors = [one for one in findings if one.severity is Severity.ERROR]
        count = f"{len(errors)} errors, the first" if len(errors) > 1 else "an error"
        super().__init__(f"{count}: {errors[0].message}")


@dataclass(frozen=True, slots=True)
class Decider:
    """The decision tables of one snapshot; each workload's are loaded when it is first asked."""

    _decisions: Decisions

    @classmethod
    def of_folder(cls, folder: str | Path) -> Decider:
        """Compile the intents of a folder.

        Raises `Refused` where they do not compile, `OSError` where the folder cannot be read.
        """
        return cls.of_files(Folder(str(folder)).read().files)

    @classmethod
    def of_files(cls, files: Iterable[tuple[str, bytes]]) -> Decider:
        """Compile intents given as `(path, content)`; raises `Refused`."""
        compiled = compiling.compile_files(tuple(files), "worktree")
        if not compiled.fit:
            raise Refused(compiled.findings)
        return cls(Decisions.of(compiled.slices, compiled.callees, compiled.commit))

    @classmethod
    def of_slices(
        cls, slices: Iterable[tuple[str, bytes, bytes]], callees: dict[str, bytes], commit: str
    ) -> Decider:
        """Take compiled slices: `(namespace/name, slice, places)`, as a snapshot holds them.

        `callees` are the blobs that they name, by digest.
        """
        return cls(Decisions.of(slices, callees, commit))

    @property
    def workloads(self) -> tuple[str, ...]:
        """Give every workload, `namespace/name`, sorted."""
        return tuple(sorted(self._decisions.slices))

    def decide(self, request: Request) -> Decision:
        """Follow one request along its way: caller's proxy, gateway, callee's proxy.

        Raises `Unanswerable` where the request names what is not there.
        """
        return self._decisions.decide(request)

    def inbound_lines(self, workload: str, lines: str) -> str:
        """Decide many requests that arrive at one workload: one a line in, one answer a line out.

        A line is a JSON object with the keys `from` (a SPIFFE ID), `listener`, `method`, `target`,
        `host`, `headers` (a list of `[name, value]`), `source` and `client` (IP addresses),
        `external` (`not-asked`, `allowed`, `denied` or `unavailable`: what an external decision
        service says), `user` (`{"issuer": NAME, "claims": {…}}`, as if a sound token had been
        presented), `now` (Unix seconds) and `draw`; all may be left out. An answer holds `verdict`,
        `status`, `operation`, `rule`, `path` and `reason`; a line that is no question is answered
        with the verdict `error`. No Python object is made for a request, and the interpreter's lock
        is free meanwhile. Raises `Unanswerable` for an unknown workload, `ValueError` for a slice
        that contradicts itself.
        """
        return self._tables(workload).inbound_batch(lines)

    def outbound_lines(self, workload: str, lines: str) -> str:
        """Decide many requests that a workload sends, as `inbound_lines` takes them."""
        return self._tables(workload).outbound_batch(lines)

    def _tables(self, workload: str) -> Tables:
        return self._decisions.tables(workload)
