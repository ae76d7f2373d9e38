"""The order of fields that the formatter sorts keys by, as it was generated from the models."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).parent.parent / "schema" / "order.json"


def table() -> bytes:
    """Give the table that `meshc._native.Formatter` reads."""
    return TABLE.read_bytes()
