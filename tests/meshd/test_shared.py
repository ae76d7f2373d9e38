"""What many callers know of one callee: fetched once, kept, never enforced in part."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from bed import until
from joined import ask, proxy

from meshc.snapshot import digest

if TYPE_CHECKING:
    from pathlib import Path

    from controlled import Site

pytestmark = pytest.mark.process
FRONTEND = "127.32.0.2"
"""Address of this test."""
SLOWER = "owner: orders", "owner: orders\n  requests: {timeout: 9s}"
"""A change of what a callee is to its callers."""
SERVED = """
import sys
from pathlib import Path
from meshd import serve
from meshd.__main__ import main
told = serve.stored
async def stored(path):
    withheld = Path("withheld")
    if withheld.exists() and path.name in withheld.read_text():
        raise serve.web.HTTPNotFound(text="it is withheld")
    print("served", path.parent.name, path.name, file=sys.stderr, flush=True)
    return await told(path)
serve.stored = stored
sys.exit(main())
"""
"""A controller that says what it serves, and serves no blob that a file names."""


def served(site: Site) -> list[str]:
    """Name the blobs that were fetched, in order."""
    lines = [line.split() for line in site.log().splitlines()]
    return [words[2] for words in lines if words[:2] == ["served", "blobs"]]


def named(folder: Path) -> set[str]:
    """Name what the slice that a proxy keeps names."""
    slice_ = json.loads((folder / "current/slice.json").read_bytes())
    return {one["callee"] for one in slice_["destinations"]}


def kept(folder: Path, which: str = "current") -> dict[str, bytes]:
    """Give the callees that a proxy keeps."""
    return {one.name: one.read_bytes() for one in (folder / which / "callees").iterdir()}


def manifest() -> str:
    """Name the snapshot that the proxy enforces."""
    found: str = json.loads(ask(FRONTEND, "/snapshot")[1])["manifest"]
    return found


def change(site: Site, service: str, old: str, new: str) -> str:
    """Commit a change of a service."""
    patched(site.folder / f"repo/shop/{service}.yaml", old, new)
    return site.commit()


def patched(file: Path, old: str, new: str) -> None:
    """Change a file."""
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_only_what_is_new_is_fetched_and_two_snapshots_are_kept(site: Site) -> None:
    site.commit()
    with site.running("-c", SERVED):
        site.until(lambda status: status["commit"])
        with proxy(site, "shop/frontend", FRONTEND) as folder:
            first = named(folder)
            assert len(first) == 7
            assert first < set(served(site))
            assert len(served(site)) == len(first) + 2, "slice, places, and each callee once"
            assert {name: digest(blob) for name, blob in kept(folder).items()} == {
                name: name for name in first
            }

            def arrives(commit: str) -> list[str]:
                until("the commit", lambda: commit in ask(FRONTEND, "/snapshot")[1])
                until("it is kept", lambda: (folder / "height").read_text() == heights.pop())
                found = served(site)[len(before) :]
                before.extend(found)
                return found

            before, heights = served(site), ["4", "3", "2"]
            fetched = arrives(change(site, "cart", *SLOWER))
            (fresh,) = named(folder) - first
            assert fresh in fetched
            assert not first & set(fetched), "no callee that stayed as it was"
            assert len(fetched) <= 3, "slice and places besides"
            assert kept(folder, "before").keys() == first
            names = first & named(folder)
            both = (folder / one / "callees" / min(names) for one in ("current", "before"))
            assert len({one.stat().st_ino for one in both}) == 1, "what both name is there once"
            again = change(site, "cart", *reversed(SLOWER))
            assert not (first | {fresh}) & set(arrives(again)), "those before are still there"
            assert named(folder) == first
            owner = "owner: storefront"
            own = change(site, "frontend", owner, owner + "\n  requests: {timeout: 9s}")
            assert len(arrives(own)) <= 2, "its own slice, and places"
            folders = [one.name for one in folder.iterdir() if one.name.startswith("snapshot-")]
            assert len(folders) == 2


def test_a_proxy_starts_from_what_it_kept_and_fetches_what_was_lost(site: Site) -> None:
    site.commit()
    with site.running("-c", SERVED):
        site.until(lambda status: status["commit"])
        with proxy(site, "shop/frontend", FRONTEND) as folder:
            wanted = manifest()
    with proxy(site, "shop/frontend", FRONTEND):
        assert manifest() == wanted, "with no controller at all"
    lost, damaged = sorted(kept(folder))[:2]
    (folder / "current/callees" / lost).unlink()
    (folder / "current/callees" / damaged).write_bytes(b"{}")
    before = len(served(site))
    with (
        site.running("-c", SERVED),
        proxy(site, "shop/frontend", FRONTEND),
    ):
        assert manifest() == wanted
        said = (folder / "errors").read_text()
        whys = (f"{lost} is missing", f"{damaged} has another content than its name says")
        assert any(f"refused, the last one stays: the callee {why}" in said for why in whys), said
        fetched = set(served(site)[before:])
        assert {lost, damaged} < fetched
        assert not fetched & (named(folder) - {lost, damaged})
        until("both are kept", lambda: all(digest(b) == name for name, b in kept(folder).items()))
        assert kept(folder).keys() == named(folder)


def test_a_snapshot_is_prepared_whole_or_not_at_all(site: Site) -> None:
    site.commit()
    with site.running("-c", SERVED):
        first = site.until(lambda status: status["commit"])
        with proxy(site, "shop/frontend", FRONTEND) as folder:
            before = manifest()
            there = {one.name for one in (site.state / "blobs").iterdir()}
            # What is to come is known beforehand: the next commit, compiled elsewhere.
            other = site.folder / "other"
            shutil.copytree(site.folder / "repo", other)
            patched(other / "shop/cart.yaml", *SLOWER)
            coming = callees(other) - there
            assert len(coming) == 1
            (site.folder / "withheld").write_text("".join(coming))
            new = change(site, "cart", *SLOWER)
            status = site.until(lambda status: status["lastRefusal"])
            assert status["lastRefusal"]["commit"] == new
            assert "/v1/blobs/" in status["lastRefusal"]["text"]
            assert "was answered with 404" in status["lastRefusal"]["text"]
            assert status["commit"] == first["commit"]
            assert manifest() == before
            assert not coming & kept(folder).keys()


def callees(repository: Path) -> set[str]:
    """Name the callees of a folder."""
    from meshc.compiling import compile_files
    from meshc.repo import Folder

    return set(compile_files(Folder(str(repository)).files(), "worktree").callees)
