"""Fixtures of the process tests of the proxy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from bed import Bed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    """Give a test bed; every proxy is ended after the test."""
    made = Bed(tmp_path)
    yield made
    made.close()
