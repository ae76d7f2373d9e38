"""What the demonstration will start and call, read off the compiled slices."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from meshc.compiling import Compiled

TEMPLATE = re.compile(r"\{[^}]*\}")
LONG_MS = 60_000
"""An operation that may take longer is a download, no sample."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One running copy of a workload: an application and its proxy."""

    workload: str
    address: str
    version: str

    @property
    def service(self) -> str:
        """The workload's name without its namespace."""
        return self.workload.partition("/")[2]

    @property
    def name(self) -> str:
        """A name no other instance has."""
        return f"{self.service}-{self.version}" if self.version else self.service


@dataclass(frozen=True, slots=True)
class Sample:
    """A request that belongs to one operation."""

    operation: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a service."""

    name: str
    number: int
    target: int
    protocol: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The mesh of one commit as the demonstration sees it."""

    slices: Mapping[str, Mapping[str, Any]]
    callees: Mapping[str, Mapping[str, Any]]
    """What the slices name, by digest."""
    instances: Sequence[Instance]

    def ports(self, workload: str) -> tuple[Port, ...]:
        """Give a workload's ports."""
        return tuple(
            Port(row["name"], row["port"], row["target"], row["protocol"])
            for row in self.slices[workload]["inbound"]["listeners"]
        )

    def identity(self, workload: str) -> str:
        """Give a workload's SPIFFE ID."""
        identity: str = self.slices[workload]["inbound"]["identity"]
        return identity

    def is_gateway(self, workload: str) -> bool:
        """Tell whether it stands at the edge."""
        return bool(self.slices[workload]["routes"])

    def services(self) -> list[str]:
        """Name the workloads that can be called, sorted."""
        return sorted(w for w in self.slices if self.ports(w) and not self.is_gateway(w))

    def instance(self, workload: str) -> Instance:
        """Give a workload's first instance."""
        return next(one for one in self.instances if one.workload == workload)

    def edges(self) -> set[tuple[str, str]]:
        """Give every declared edge as (caller, callee)."""
        return {
            (caller, callee["workload"])
            for caller in self.slices
            for callee in self.callees_of(caller)
        }

    def callees_of(self, caller: str) -> Iterator[Mapping[str, Any]]:
        """Give what a workload knows of those it may call."""
        destinations = self.slices[caller]["destinations"]
        return (self.callees[destination["callee"]] for destination in destinations)

    def samples(self, workload: str) -> list[Sample]:
        """Give one request for each operation of a service, long downloads left out."""
        found = []
        for operation in self.slices[workload]["inbound"]["operations"]:
            if operation["timeoutMs"] > LONG_MS:
                continue
            for match in operation["matches"][:1]:
                method = next(iter(match["methods"]), "GET")
                path = TEMPLATE.sub("7", match["path"]).removesuffix("/**") or "/"
                found.append(Sample(operation["name"], method, path))
        return found

    def allowed_sample(self, caller: str, callee: str) -> Sample | None:
        """Give a request the callee allows this caller; none for a TCP port."""
        identity = self.identity(caller)
        allowed = {
            operation
            for rule in self.slices[callee]["inbound"]["allow"]
            if identity in rule["from"]["identities"]
            for operation in rule["operations"] or ()
        }
        return next((one for one in self.samples(callee) if one.operation in allowed), None)


def read(compiled: Compiled) -> Plan:
    """Read the plan off a compiled repository."""
    slices = {workload: json.loads(content) for workload, content, _ in compiled.slices}
    callees = {name: json.loads(content) for name, content in compiled.callees.items()}
    return Plan(slices, callees, instances(compiled))


def instances(compiled: Compiled) -> list[Instance]:
    """Read every declared instance from the linked mesh."""
    table = compiled.mesh.table("instances")
    rows = zip(
        table.column("service"), table.column("address"), table.column("version"), strict=True
    )
    return [
        Instance(str(workload), str(address), str(version or ""))
        for workload, address, version in rows
    ]
