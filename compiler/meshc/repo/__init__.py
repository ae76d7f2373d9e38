"""Takes a folder or a Git revision, gives the bytes of its intent files; the only reader of either.

Both give the same files for the same tree: symbolic links are never followed, hidden folders other
than `.meshc` are passed over, only `*.yaml`, `*.yml` and settings (`meshc.toml`, `pyproject.toml`)
are read, and the JSON, PEM and TOML files that they name.
"""

from meshc.repo.folder import Folder
from meshc.repo.listing import File, Listing, Problem, Unreadable, wanted
from meshc.repo.revision import Revision
from meshc.repo.toml import SettingsError

__all__ = [
    "File",
    "Folder",
    "Listing",
    "Problem",
    "Revision",
    "SettingsError",
    "Unreadable",
    "wanted",
]
