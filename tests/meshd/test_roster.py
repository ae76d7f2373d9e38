"""Which workloads and blobs the edge knows before, during and after a switch."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from controlled import ROOT

from meshc.compiling import compile_files
from meshc.repo import Folder
from meshc.snapshot import Lineage, digest, manifest_of, seal
from meshd import step
from meshd.controller import Controller, Settings
from meshd.follow import Mirror
from meshd.roster import Roster
from meshd.state import Store

if TYPE_CHECKING:
    from pathlib import Path


def roster(number: int, *names: str) -> Roster:
    return Roster(
        f"m{number}",
        {f"shop/{name}": frozenset({f"{name}{number}"}) for name in names},
        {f"spiffe://shop.test/ns/shop/sa/{name}": f"shop/{name}" for name in names},
    )


def offer(controller: Controller, coming: Roster, height: int) -> None:
    (controller.settings.folder / "manifests" / coming.manifest).touch()
    controller.coming = coming
    made = step.Snapshot(coming.manifest, f"commit {height}", height)
    controller.happened(step.Signed(made, frozenset(coming.blobs)))


def fetched(controller: Controller, workload: str) -> set[str]:
    """Name the blobs of all snapshots that a workload may fetch."""
    blobs = {f"{name}{number}" for name in ("web", "cart", "ads") for number in (1, 2)}
    return {one for one in blobs if controller.may_fetch(workload, one)}


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    settings = Settings("repo", "main", tmp_path, "127.0.0.1", 1, 1.0, None, None)
    store = Store(tmp_path)
    store.prepare()
    made = Controller(settings, store, Mirror(tmp_path, "repo", "main"), time.time())
    offer(made, roster(1, "web", "cart"), 1)
    made.happened(step.Connected("w", "shop/web"))
    offer(made, roster(2, "web", "ads"), 2)
    return made


def test_during_a_switch_both_snapshots_may_be_fetched(controller: Controller) -> None:
    assert fetched(controller, "shop/web") == {"web1", "web2"}
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/ads") == "shop/ads"
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/cart") == "shop/cart"


def test_an_abort_forgets_what_was_offered(controller: Controller) -> None:
    controller.happened(step.Reported("w", "shop/web", "refused", "m2", 2, "no"))
    assert fetched(controller, "shop/web") == {"web1"}
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/ads") is None
    assert controller.path_of("shop/ads") is None
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/cart") == "shop/cart"


def test_a_commit_moves_on_and_old_blobs_stay_for_the_slow(controller: Controller) -> None:
    controller.happened(step.Reported("w", "shop/web", "prepared", "m2", 2))
    assert fetched(controller, "shop/web") == {"web1", "web2"}
    assert controller.path_of("shop/ads") == "ns/shop/sa/ads"
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/cart") is None
    assert Store(controller.settings.folder).accepted() == step.Snapshot("m2", "commit 2", 2)


def test_a_state_that_cannot_be_written_keeps_the_mesh(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_store: Store, _snapshot: step.Snapshot) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "accept", full)
    controller.happened(step.Reported("w", "shop/web", "prepared", "m2", 2))
    assert controller.state.current is not None
    assert controller.state.current.manifest == "m1"
    assert controller.state.switch is None
    assert controller.state.refusal is not None
    assert "No space left on device" in controller.state.refusal.text
    assert fetched(controller, "shop/web") == {"web1"}


def test_a_workload_may_fetch_what_its_slice_names_and_nothing_else(tmp_path: Path) -> None:
    compiled = compile_files(Folder(str(ROOT / "examples/boutique")).files(), "c" * 40)
    store = Store(tmp_path)
    store.prepare()
    payload = manifest_of(compiled.mesh, Lineage("c" * 40, 1, None))
    for _, *both in compiled.slices:
        for blob in both:
            store.put_blob(blob)
    name = store.put_manifest(payload, seal(payload, store.signing_key()))
    found = Roster.read(tmp_path, name)
    calls = {(str(a), str(b)) for a, b in compiled.mesh.graph().edges()}
    assert len(calls) > len(compiled.callees) > 5
    for workload, content, places in compiled.slices:
        callees = found.blobs[workload] - {digest(content), digest(places)}
        assert len(callees) == len(found.blobs[workload]) - 2
        named = {json.loads(compiled.callees[one])["workload"] for one in callees}
        assert named == {callee for caller, callee in calls if caller == workload}


def test_a_snapshot_stored_before_callees_were_named_is_served_on(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    destination = {"authorities": ["b"], "calls": [], "workload": "shop/b"}
    identity = "spiffe://shop.test/ns/shop/sa/a"
    slice_ = {"destinations": [destination], "format": 1, "inbound": {"identity": identity}}
    blob = store.put_blob(json.dumps(slice_).encode())
    entry = {"places": blob, "slice": blob, "workload": "shop/a"}
    payload = json.dumps({"format": 1, "slices": [entry]}).encode()
    name = store.put_manifest(payload, seal(payload, store.signing_key()))
    found = Roster.read(tmp_path, name)
    assert found.blobs == {"shop/a": {blob}}
    assert found.workloads == {identity: "shop/a"}
