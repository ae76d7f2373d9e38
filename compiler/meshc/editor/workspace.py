"""The repository as an editor sees it: files on disk, with unsaved text laid over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshc import compiling
from meshc.change.edits import made
from meshc.findings import Fix
from meshc.policy.judging import Asked
from meshc.repo import Folder, SettingsError, Unreadable, wanted
from meshc.spans import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from meshc._native import Mesh
    from meshc.findings import Edit, Finding


class Workspace:
    """Files of one repository; not safe for two threads at once."""

    def __init__(self, root: Path, at: str | None = None) -> None:
        """Name the repository's folder; nothing is read before `read`.

        `at` is the day on which something may have ended, as ISO 8601 writes it; without one
        nothing has.
        """
        self.root = root
        self._asked = Asked(at=at)
        self.trouble: str | None = None
        """Why there are no findings: the folder or its settings cannot be read."""
        self._disk: dict[str, bytes] = {}
        self._unsaved: dict[str, bytes] = {}
        self._linted: compiling.Linted | None = None
        self._changed: dict[str, bytes] = {}
        """Files that are not what they were when they were linted last."""

    def read(self) -> None:
        """Read the folder anew; what is unsaved stays laid over it."""
        try:
            self._disk = dict(Folder(self.root).read().files)
        except Unreadable as error:
            self._disk, self.trouble = {}, str(error)
        self._linted = None

    def path_of(self, file: Path) -> str | None:
        """Give a file's path inside the repository; nothing for one that is not read from it."""
        try:
            path = file.relative_to(self.root).as_posix()
        except ValueError:
            return None
        return path if path in self._disk or wanted(path) else None

    def write(self, path: str, text: bytes) -> None:
        """Lay unsaved text over a file, or over none."""
        if self._unsaved.get(path) != text:
            self._unsaved[path] = self._changed[path] = text

    def close(self, path: str) -> None:
        """Forget unsaved text: what is on disk counts again."""
        if self._unsaved.pop(path, None) is not None:
            if path in self._disk:
                self._changed[path] = self._disk[path]
            else:
                self._linted = None

    def text(self, path: str) -> bytes:
        """Give a file as the editor sees it; empty for one that does not exist."""
        return self._unsaved.get(path, self._disk.get(path, b""))

    @property
    def files(self) -> dict[str, bytes]:
        """Give every file as the editor sees it."""
        return {**self._disk, **self._unsaved}

    @property
    def texts(self) -> Texts:
        """Give the files, ready to be asked for places."""
        linted = self._lint()
        return linted.texts if linted else Texts(self.files.items())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give what is wrong now; nothing where settings cannot be read (`trouble` says why)."""
        linted = self._lint()
        return linted.findings if linted else ()

    @property
    def mesh(self) -> Mesh | None:
        """Give the mesh that the files link to."""
        linted = self._lint()
        return linted.mesh if linted else None

    def errors_after(self, edits: Iterable[Edit]) -> list[Finding]:
        """Give the errors that edits would bring; those that are there now do not count."""
        before = {(one.code, one.message) for one in self.findings}
        fix = Fix("rename", tuple(edits), safe=False)
        after = compiling.lint_files(made(sorted(self.files.items()), [fix]), self._asked)
        return [
            one
            for one in after.findings
            if one.severity == "error" and (one.code, one.message) not in before
        ]

    def _lint(self) -> compiling.Linted | None:
        if self._linted is None or self._changed:
            try:
                self._linted = self._lint_now()
                self.trouble = None
            except SettingsError as error:
                self._linted, self.trouble = None, str(error)
            self._changed = {}
        return self._linted

    def _lint_now(self) -> compiling.Linted:
        if self._linted is None:
            return compiling.lint_files(sorted(self.files.items()), self._asked)
        return compiling.relint_files(self._linted, self._changed, self._asked)
