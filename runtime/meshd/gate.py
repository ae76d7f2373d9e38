"""Decides whether a commit may become the mesh: it compiles, and nothing in it is an error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc.compiling import UnknownEnvironment, compile_files
from meshc.findings import Severity
from meshc.repo import Revision, SettingsError, Unreadable
from meshc.report import in_full
from meshc.spans import Texts

if TYPE_CHECKING:
    from meshc._native import Emitted


@dataclass(frozen=True, slots=True)
class Passed:
    """A commit that may become the mesh."""

    emitted: Emitted
    """With one slice at least."""

    @property
    def trust_domain(self) -> str:
        """Give the trust domain of the mesh."""
        return str(json.loads(self.emitted.slices[0][1])["trustDomain"])


@dataclass(frozen=True, slots=True)
class Rejected:
    """A commit that may not, with its findings as people read them."""

    text: str


def gate(repository: str, commit: str, environment: str | None = None) -> Passed | Rejected:
    """Compile a commit of a bare repository, in an Environment or as its base.

    It takes as long as that takes.
    """
    try:
        files = Revision(repository, commit).files()
        if not files:
            return Rejected("the commit holds no intent")
        compiled = compile_files(files, commit, environment)
    except (Unreadable, SettingsError, UnknownEnvironment) as error:
        return Rejected(str(error))
    errors = [one for one in compiled.findings if one.severity is Severity.ERROR]
    if errors:
        return Rejected(in_full(errors, Texts(files)).strip())
    emitted = compiled.emit()
    if emitted is None or not emitted.slices:
        return Rejected("the commit declares no workload")
    return Passed(emitted)
