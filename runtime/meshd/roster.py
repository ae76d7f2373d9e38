"""Reads a stored manifest: which workloads there are, who they are, what each may fetch."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meshd.state import Damaged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Roster:
    """The workloads of one snapshot."""

    manifest: str
    blobs: Mapping[str, frozenset[str]]
    """Workload to the digests of its slice, of its places and of what the slice names."""
    workloads: Mapping[str, str]
    """SPIFFE ID to workload."""

    @classmethod
    def read(cls, folder: Path, manifest: str) -> Roster:
        """Read the roster of a manifest stored in a state folder; raises `Damaged`."""
        try:
            envelope: Any = json.loads((folder / "manifests" / manifest).read_bytes())
            entries = json.loads(base64.b64decode(envelope["payload"]))["slices"]
            blobs: dict[str, frozenset[str]] = {}
            workloads: dict[str, str] = {}
            for one in entries:
                slice_: Any = json.loads((folder / "blobs" / one["slice"]).read_bytes())
                # One that a controller of before stored, with everything in it, names nothing.
                callees = [to["callee"] for to in slice_["destinations"] if "callee" in to]
                blobs[one["workload"]] = frozenset({one["slice"], one["places"], *callees})
                workloads[slice_["inbound"]["identity"]] = one["workload"]
        except FileNotFoundError as error:
            raise Damaged(f"{error.filename} is missing; restore {folder} from a backup") from None
        except (ValueError, KeyError, TypeError):
            raise Damaged(
                f"manifest {manifest} in {folder} is damaged; restore it from a backup"
            ) from None
        return cls(manifest, blobs, workloads)

    def path(self, workload: str) -> str | None:
        """Give the path of a workload's SPIFFE ID (`ns/…/sa/…`)."""
        found = next((one for one, name in self.workloads.items() if name == workload), None)
        return found.removeprefix("spiffe://").partition("/")[2] if found else None
