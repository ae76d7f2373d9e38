"""A compiler for service-mesh policy: intent files in Git become one signed snapshot."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


__version__: Final = "0.1.0"
"""A constant: reading installed metadata would double the time of `meshc --help`."""
