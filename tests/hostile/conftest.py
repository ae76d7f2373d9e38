"""The running mesh of these tests, started once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "proxy"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from bed import Bed
from stand import ADDRESSES, SERVICES, Stand
from wire import recorders

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Run every proxy and every application."""
    with recorders(ADDRESSES[name] for name in SERVICES) as applications:
        made = Stand(Bed(tmp_path_factory.mktemp("hostile")), applications)
        try:
            made.start()
            yield made
        finally:
            made.bed.close()


@pytest.fixture
def stand(running: Stand) -> Iterator[Stand]:
    """Give the running mesh to one test, which leaves nothing behind."""
    yield running
    running.settle()
