"""Slices as they are stored: a destination names what its callee is to all its callers by digest.

The plain reference of the form; it shares no code with those who write and read it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
FORMAT = 2
OF_THE_CALLER = ("authorities", "calls")
"""What of a destination is the caller's own."""
LEFT_OUT = ("on", "regex")
"""What of a callee is not there where it says nothing; there and empty is no form."""


def canonical(value: object) -> bytes:
    """Write JSON as RFC 8785 says; keys are ASCII, numbers are integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parted(slice_: Json) -> tuple[bytes, dict[str, bytes]]:
    """Give a slice as it is stored, and what it names by digest."""
    callees, named = {}, []
    for destination in slice_["destinations"]:
        shared = {key: one for key, one in destination.items() if key not in OF_THE_CALLER}
        blob = canonical(brief(shared) | {"format": FORMAT})
        name = f"sha256:{hashlib.sha256(blob).hexdigest()}"
        callees[name] = blob
        named.append({"callee": name} | {key: destination[key] for key in OF_THE_CALLER})
    return canonical(slice_ | {"destinations": named}), callees


def brief(value: Any) -> Any:
    """Leave out what says nothing, at any depth."""
    if isinstance(value, dict):
        said = ((key, one) for key, one in value.items() if one is not None or key not in LEFT_OUT)
        return {key: brief(one) for key, one in said}
    return [brief(one) for one in value] if isinstance(value, list) else value


def whole(stored: bytes, callees: Mapping[str, bytes]) -> Json:
    """Put a stored slice together."""
    slice_: Json = json.loads(stored)
    return slice_ | {"destinations": [joined(one, callees) for one in slice_["destinations"]]}


def joined(destination: Json, callees: Mapping[str, bytes]) -> Json:
    """Put a destination and its callee together."""
    blob = callees[destination["callee"]]
    assert destination["callee"] == f"sha256:{hashlib.sha256(blob).hexdigest()}"
    shared = json.loads(blob)
    assert shared.pop("format") == FORMAT
    own = {key: destination[key] for key in OF_THE_CALLER}
    assert len(own) + 1 == len(destination)
    assert not shared.keys() & own.keys()
    return own | shared
