"""What people may write: takes a document's content, gives a checked model of its kind.

The models are the only source of the schema. `python -m meshc.schema` writes it to `schemas/` (for
editors and other tools) and to `generated.json` beside this file, which the native checker reads:
`meshc lint` never imports pydantic.
"""

from __future__ import annotations

from importlib import resources

API_VERSION = "meshc.dev/v1"
"""The version every document names."""


def native_schema() -> bytes:
    """Give the generated schema as the native checker wants it."""
    return resources.files(__package__).joinpath("generated.json").read_bytes()
