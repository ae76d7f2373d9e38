"""Findings that are known already, by fingerprint: new ones fail, old ones burn down.

The file is JSON of one line a finding, sorted by meaning, so that a review can read it.
"""

from __future__ import annotations

from collections import Counter

from meshc.mesh.fingerprints import Identity, identity
from meshc.policy.selection import suppressible
from meshc.record import dataclass
from meshc.repo.toml import SettingsError
from meshc.rules.rule import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Final, TypeAlias

    from meshc.findings import Finding
    from meshc.mesh.sources import Sources

Json: TypeAlias = object
"""What JSON can hold; the reader asks for its type."""
DEFAULT_FILE: Final = ".meshc/baseline.json"
VERSION: Final = 1
FIELDS: Final = ("code", "object", "path", "message")


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each finding is known, and where that stands."""

    origin: str
    """How people call it: a file's path, or a revision."""
    known: Mapping[Identity, int]
    file: str | None = None
    """Its path among the files that are linted; nothing where it is none of them."""


def of(findings: Iterable[Finding], sources: Sources, origin: str) -> Baseline:
    """Take what was found as known; what cannot be hidden is left out."""
    found = (identity(one, sources) for one in findings if suppressible(one.code))
    return Baseline(origin, Counter(found))


def encode(known: Mapping[Identity, int]) -> bytes:
    """Write a baseline: the same findings give the same bytes."""
    import json

    rows = []
    for one in sorted(known):
        entry = {name: getattr(one, name) for name in FIELDS} | {"count": known[one]}
        rows.append(f'"{one.fingerprint}": {json.dumps(entry, ensure_ascii=False)},\n')
    return f'{{\n{"".join(rows)}"version": {VERSION}\n}}\n'.encode("utf-8", "surrogatepass")


def decode(origin: str, content: bytes) -> Baseline:
    """Read a baseline; raises `SettingsError` for what is none."""
    import json

    anew = "write it anew with `meshc baseline create`"
    try:
        table: Json = json.loads(content)
    except (ValueError, RecursionError):
        raise SettingsError(f"{origin}: the baseline is no JSON; {anew}") from None
    version = table.get("version") if isinstance(table, dict) else None
    if not isinstance(table, dict) or version != VERSION:
        raise SettingsError(f"{origin}: the baseline is not of version {VERSION}; {anew}")
    known = {}
    for name, entry in table.items():
        if name == "version":
            continue
        one, count = read(entry)
        if one is None or one.fingerprint != name:
            line = content[: content.find(name.encode())].count(b"\n") + 1
            raise SettingsError(f"{origin}:{line}: the entry is not what its name says; {anew}")
        known[one] = count
    return Baseline(origin, known)


def read(entry: Json) -> tuple[Identity | None, int]:
    """Read one entry; nothing where it is none."""
    if not isinstance(entry, dict):
        return None, 0
    words = [entry.get(name) for name in FIELDS]
    count = entry.get("count")
    texts = [word for word in words if isinstance(word, str)]
    if len(texts) != len(FIELDS) or not isinstance(count, int) or count < 1:
        return None, 0
    return Identity(*texts), count


def new(
    findings: Iterable[Finding], sources: Sources, baseline: Baseline
) -> tuple[list[Finding], list[Finding]]:
    """Part findings into new ones and known ones; of several alike the first are the known."""
    left = dict(baseline.known)
    fresh, old = [], []
    for one in findings:
        found = identity(one, sources) if suppressible(one.code) else None
        if found is not None and left.get(found, 0) > 0:
            left[found] -= 1
            old.append(one)
        else:
            fresh.append(one)
    return fresh, old


def kept(baseline: Baseline, found: Iterable[Finding], sources: Sources) -> dict[Identity, int]:
    """Give what of a baseline is still found."""
    now = Counter(identity(one, sources) for one in found)
    both = {one: min(count, now[one]) for one, count in baseline.known.items()}
    return {one: count for one, count in both.items() if count}


def stale(
    baseline: Baseline, found: Iterable[Finding], sources: Sources
) -> Iterator[tuple[str, Found]]:
    """Find entries that are solved, in whole or in part (MC913), at their line of the file."""
    file = baseline.file
    if file is None:
        return
    left = kept(baseline, found, sources)
    content = sources.text(file)
    for one, count in baseline.known.items():
        if (now := left.get(one, 0)) < count:
            start = content.find(f'"{one.fingerprint}"'.encode())
            end = content.find(b"\n", start)
            solved = f"{count - now} of {count} are solved" if now else "it is solved"
            message = f"the baseline still lists `{one.code}` of `{one.object}`: {solved}"
            yield "MC913", Found(message, file, start, end if end >= 0 else len(content))
