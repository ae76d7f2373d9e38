"""The native core: reading, checking, linking, emitting, deciding.

Private; the public face is `meshc.compiling`.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias, final

__all__ = [
    "Decider",
    "Graph",
    "Mesh",
    "RawFinding",
    "Table",
    "canonical_json",
    "check_json",
    "check_pattern",
    "defaults",
    "digest",
    "missing_capability",
    "needs",
    "position",
]

Cell: TypeAlias = str | int | bool | None

@final
class RawFinding:
    """What reading, checking or linking found, at bytes of a file."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def help(self) -> str | None: ...
    @property
    def related(self) -> list[tuple[str, int, int, str]]: ...

@final
class Table:
    """Rows of one sort, in the order of names and writing."""

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
    def __len__(self) -> int: ...
    def column(self, name: str) -> list[Cell]:
        """Give a whole column; raises `KeyError`."""
    def matching(self, **conditions: Cell | Iterable[Cell]) -> list[int]:
        """Give the rows in which every condition holds; raises `KeyError` for an unknown column.

        `name=value` asks for exactly that value, `name__ne` for another one, `name__in` for one of
        several; `name__lt`, `__le`, `__gt`, `__ge` compare numbers with numbers and texts with
        texts, and hold for nothing else.
        """
    def place(self, row: int) -> tuple[str, int, int]:
        """Give file, first byte and byte behind the last of a row; raises `IndexError`."""

@final
class Graph:
    """The call graph, asked by `namespace/name`; raises `KeyError` for an unknown one."""

    def callees(self, workload: str) -> list[str]: ...
    def callers(self, workload: str) -> list[str]: ...
    def reach(self, workload: str) -> list[str]: ...
    def path(self, caller: str, callee: str) -> list[str] | None: ...
    def cycles(self) -> list[list[str]]: ...
    def edges(self) -> list[tuple[str, str]]: ...

@final
class Mesh:
    """The linked whole."""

    @staticmethod
    def read(
        files: Sequence[tuple[str, bytes]],
        schema: bytes,
        namespaces: Sequence[tuple[str, str]] = ...,
        environment: str | None = ...,
    ) -> Mesh:
        """Read, check and link on threads, without the interpreter's lock; order means nothing.

        `namespaces` gives folders the namespace of documents in them that name none; `environment`
        is laid over the files. Raises `ValueError` for a schema that is none, `KeyError` for an
        unknown environment; what is wrong with files becomes findings.
        """
    def environments(self) -> list[str]:
        """Give the names of the Environments, sorted."""
    def findings(self) -> list[RawFinding]:
        """Give what was found, in the order of files and places."""
    def table(self, name: str) -> Table:
        """Give a table; raises `KeyError`.

        There are services, ports, operations, instances, traffic, allow, deny, calls, namespaces,
        values.
        """
    def graph(self) -> Graph: ...
    def slices(self) -> list[tuple[str, bytes, bytes]]:
        """Give `(workload, slice, places)`, sorted; both blobs are RFC 8785 JSON."""
    def render(
        self,
        schema: bytes,
        namespaces: Sequence[tuple[str, str]] = ...,
        environment: str | None = ...,
    ) -> str:
        """Give every document as it holds, as JSON; takes what the mesh was read with.

        Each is `file`, `kind`, `namespace`, `name` and `document`: a tree of `value`, `items` or
        `entries`, each with `at`: file and line, or why a default holds.
        """
    def tests(self) -> str:
        """Give every policy test as a JSON list."""
    def place(self, table: str, row: int) -> tuple[str, int, int, int, int]:
        """Give file, line, column (from 1), first byte and byte behind the last of a row.

        Raises `KeyError` for an unknown table, `IndexError` for an unknown row.
        """

@final
class Decider:
    """One slice, ready to decide; raises `ValueError` for an inconsistent one."""

    def __init__(self, slice: bytes, places: bytes | None, commit: str) -> None: ...
    def inbound(self, request: str) -> str:
        """Decide one inbound request, JSON in and out (`meshc_decide::json`)."""
    def outbound(self, request: str) -> str:
        """Decide one outbound request."""
    def inbound_batch(self, requests: str) -> str:
        """Decide a request a line, without the interpreter's lock."""
    def outbound_batch(self, requests: str) -> str:
        """Decide a request a line, without the interpreter's lock."""

def position(text: bytes, byte: int) -> tuple[int, int]:
    """Give line and column of a byte, both from 1; a column is a character."""

def digest(data: bytes) -> str:
    """Give `sha256:` and the hexadecimal digest."""

def canonical_json(data: bytes) -> bytes:
    """Give JSON in its RFC 8785 form; raises `ValueError` for fractions and keys beyond ASCII."""

def defaults() -> list[tuple[str, str, str]]:
    """Give what holds where nothing is written: field, value, reason."""

def check_json(yaml: bytes, schema: bytes) -> str:
    """Check one file alone; give each document's tree and findings as JSON (for tests)."""

def check_pattern(pattern: str) -> tuple[int, str, str] | None:
    """Say what is wrong with a path pattern: byte, claim, what to do; nothing if it is one."""

def needs(slice: bytes) -> list[str]:
    """Give the capabilities a slice asks for, sorted; raises `ValueError` for one not readable."""

def missing_capability(wanted: Sequence[str]) -> str | None:
    """Give the first capability that this runtime lacks."""
