"""Findings kept by what they depend on, and meshes by their repository."""

from __future__ import annotations

from meshc import mesh as meshes
from meshc.cache.key import key
from meshc.findings import Finding, Related, Severity
from meshc.spans import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from meshc._native import Files, Mesh
    from meshc.cache.store import Store

    Row = list[Any]  # JSON of several types


class KeptFindings:
    """Finds what was found before, and finds anew what was not."""

    def __init__(self, store: Store, repository: str = "") -> None:
        """Name the store, and the repository: of each the newest mesh is kept."""
        self._store = store
        self._repository = repository
        self._linked: tuple[str, Mesh] | None = None
        self._given: Mesh | None = None

    def files(self, sort: str) -> bytes | None:
        """Give the image of the files that were kept last, or nothing.

        `sort` is what they come from: one list is kept of the folder and one of revisions, for what
        begins with the one could not begin with the other.
        """
        return self._store.load(self._listing(sort))

    def mesh(
        self,
        files: Sequence[tuple[str, bytes]],
        namespaces: Sequence[tuple[str, str]],
        link: Callable[[], Mesh],
    ) -> Mesh:
        """Give what `link` gives for these files, begun with a kept mesh where one is near enough.

        `namespaces` are those of folders, which linking depends on beside the files.
        """
        said = [part for one in namespaces for part in one]
        name = f"{key([], [self._repository, *said])}.mesh"
        image = self._store.image(name)
        mesh = None if image is None else meshes.restored(image, files, namespaces)
        if mesh is None:
            mesh = link()
            self._linked = name, mesh
        self._given = mesh
        return mesh

    def is_whole(self) -> bool:
        """Tell whether all that was asked of a kept mesh could be read.

        Where it could not, what was found may lack something, and is not kept.
        """
        return self._given is None or self._given.is_whole()

    def of(
        self,
        files: Sequence[tuple[str, bytes]],
        said: Sequence[str],
        find: Callable[[], tuple[Finding, ...]],
    ) -> tuple[Finding, ...]:
        """Give what `find` gives for these files, without asking it where that is known.

        `said` is what it depends on beside them: settings, the day.
        """
        name = f"{key(files, said)}.findings"
        content = self._store.load(name)
        found = None if content is None else decode(content)
        if found is None:
            found = find()
            if self.is_whole() and are_whole(files):
                self._store.save(name, encode(found))
                self._keep_linked()
        return found

    def keep_files(self, files: Files, sort: str) -> None:
        """Keep what is known of files, unless what is kept is near enough to begin with."""
        if self._linked is not None or not files.begun():
            self._store.save(self._listing(sort), files.image())

    def _listing(self, sort: str) -> str:
        return f"{key([], [self._repository, sort])}.files"

    def _keep_linked(self) -> None:
        """Keep what was linked, with the tables that were built to find something in it."""
        if self._linked is not None:
            name, mesh = self._linked
            image = mesh.image()
            if image is not None:
                self._store.save(name, image)


def are_whole(files: Sequence[tuple[str, bytes]]) -> bool:
    """Tell whether every file that was asked for held what it was known to hold.

    What was found in others is not true of the files by whose digests it would be kept.
    """
    from meshc._native import Files as Native  # the extension is loaded only where it is asked

    return not (isinstance(files, Native) and files.lost())


def encode(findings: Sequence[Finding]) -> bytes:
    """Give findings as bytes; fixes are made later and are none yet."""
    from meshc._native import to_json  # the extension is loaded only where it is asked

    return to_json([packed(one) for one in findings])


def decode(content: bytes) -> tuple[Finding, ...] | None:
    """Give the findings of `encode`; nothing for anything else."""
    from meshc._native import from_json  # the same

    try:
        return tuple(unpacked(row) for row in from_json(content))
    except (ValueError, TypeError):
        return None


def packed(one: Finding) -> Row:
    """Give a finding as a row."""
    return [
        one.code,
        one.name,
        str(one.severity),
        one.message,
        place(one.primary),
        [[place(other.place), other.message] for other in one.related],
        one.help,
        one.hint,
        [[place(other.place), other.message] for other in one.flow],
    ]


def unpacked(row: Row) -> Finding:
    """Give the finding of a row; raises `ValueError` or `TypeError` for what is none."""
    code, name, severity, message, primary, related, help_, hint, flow = row
    return Finding(
        code=code,
        name=name,
        severity=Severity(severity),
        message=message,
        primary=Place(*primary),
        related=tuple(Related(Place(*where), said) for where, said in related),
        help=help_,
        hint=hint,
        flow=tuple(Related(Place(*where), said) for where, said in flow),
    )


def place(one: Place) -> Row:
    """Give a place as a row."""
    return [
        one.file,
        one.start,
        one.end,
        one.line,
        one.column,
        one.end_line,
        one.end_column,
    ]
