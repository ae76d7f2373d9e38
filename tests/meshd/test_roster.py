"""Which workloads and blobs the edge knows before, during and after a switch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

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
    assert controller.blobs_of("shop/web") == {"web1", "web2"}
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/ads") == "shop/ads"
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/cart") == "shop/cart"


def test_an_abort_forgets_what_was_offered(controller: Controller) -> None:
    controller.happened(step.Reported("w", "shop/web", "refused", "m2", 2, "no"))
    assert controller.blobs_of("shop/web") == {"web1"}
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/ads") is None
    assert controller.path_of("shop/ads") is None
    assert controller.workload_of("spiffe://shop.test/ns/shop/sa/cart") == "shop/cart"


def test_a_commit_moves_on_and_old_blobs_stay_for_the_slow(controller: Controller) -> None:
    controller.happened(step.Reported("w", "shop/web", "prepared", "m2", 2))
    assert controller.blobs_of("shop/web") == {"web1", "web2"}
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
    assert controller.blobs_of("shop/web") == {"web1"}
