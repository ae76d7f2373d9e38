"""Writes the generated schemas: `python -m meshc.schema`; `--check` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

from meshc.schema.generate import definitions, schemas

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Write or compare; exit code 1 when `--check` finds a difference."""
    stale = []
    # What is made from the schema is made once that is written.
    for made in (schemas, definitions):
        for name, content in made().items():
            path = ROOT / name
            if path.exists() and path.read_bytes() == content:
                continue
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    for name in stale:
        print("stale:" if "--check" in sys.argv[1:] else "written:", name)  # noqa: T201 - a tool
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
