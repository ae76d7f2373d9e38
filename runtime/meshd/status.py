"""Says how the controller and its proxies stand: a file for people, written whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from meshc.snapshot import atomic
from meshd import audited

if TYPE_CHECKING:
    from pathlib import Path

    from meshd.step import Proxy, State


def describe(state: State, started: float, problem: str | None) -> dict[str, Any]:
    """Put the state into the JSON that `meshc status` reads; instants are Unix milliseconds."""
    current = state.current
    return {
        "commit": current.commit if current else None,
        "height": current.height if current else 0,
        "manifest": current.manifest if current else None,
        "startedAt": int(started * 1000),
        "switching": state.switch.snapshot.commit if state.switch else None,
        "problem": problem,
        "proxies": [
            describe_proxy(name, one, state) for name, one in sorted(state.proxies.items())
        ],
        "lastRefusal": {"commit": state.refusal.commit, "text": state.refusal.text}
        if state.refusal
        else None,
    }


def describe_proxy(name: str, proxy: Proxy, state: State) -> dict[str, Any]:
    """Describe one proxy: `current`, `preparing`, `away`, `fenced`, `behind`, `refused: …`."""
    manifest = state.current.manifest if state.current else None
    if proxy.refusal:
        how = f"refused: {proxy.refusal}"
    elif not proxy.connected:
        how = "away"
    elif state.switch is not None and name in state.switch.waiting:
        how = "preparing"
    elif proxy.manifest == manifest:
        how = "current"
    else:
        how = "fenced" if proxy.fenced else "behind"
    return {
        "instance": name,
        "workload": proxy.workload,
        "manifest": proxy.manifest,
        "height": proxy.height,
        "audited": audited.describe(proxy.audited),
        "lastSeen": int(proxy.seen * 1000),
        "state": how,
    }


def write(folder: Path, content: dict[str, Any]) -> None:
    """Write `status.json`; raises `OSError`."""
    atomic.write(folder / "status.json", (json.dumps(content, indent=1) + "\n").encode())
