"""The native core: reading, checking, linking, emitting, deciding.

Private; the public face is `meshc.compiling`.
"""

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, Literal, Never, TypeAlias, final, overload

__all__ = [
    "Column",
    "Decider",
    "Document",
    "Emitted",
    "Files",
    "Formatter",
    "Graph",
    "Image",
    "Mesh",
    "Node",
    "RawFinding",
    "Revision",
    "Table",
    "callees",
    "canonical_json",
    "check_json",
    "check_pattern",
    "checksum",
    "comments",
    "content_digest",
    "defaults",
    "digest",
    "from_json",
    "masked",
    "missing_capability",
    "namespace_of",
    "needs",
    "position",
    "read_folder",
    "to_json",
    "wanted",
]

Json: TypeAlias = Any
Cell: TypeAlias = str | int | bool | None
Call: TypeAlias = tuple[str, str, tuple[str, int, int]]
"""Caller, callee, and where the call is written: file, first byte, byte behind the last."""

@final
class Files(Sequence[tuple[str, bytes]]):
    """Files of one run, sorted by path; each a path inside the repository and a content.

    Given where files are asked for, it costs nothing per file, and what was found out about a
    content (its digest, what it holds) is remembered.
    """

    def __new__(cls, files: Iterable[tuple[str, bytes]] = ()) -> Files: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, at: int) -> tuple[str, bytes]: ...
    @overload
    def __getitem__(self, at: slice) -> Never: ...
    def get(self, path: str) -> bytes | None:
        """Give the content of a path; nothing for one that is not among the files."""
    def ending(self, end: str) -> list[tuple[str, bytes]]:
        """Give the files whose path ends so."""
    def holding(self, word: bytes) -> list[int]:
        """Give the numbers of the files in whose content a word stands."""
    def changed(self, changed: Sequence[tuple[str, bytes]]) -> Files:
        """Give the files with other contents of some, and those that are new."""
    def differing(self, other: Files) -> list[str]:
        """Give the paths that have another content among other files, or are not there."""
    def without(self, paths: Sequence[str]) -> Files:
        """Give the files but those of these paths."""
    def image(self) -> bytes:
        """Give paths, digests and what was asked, as bytes that a later reading takes."""
    def begun(self) -> bool:
        """Tell whether something was known of them when they were read."""
    def lost(self) -> list[str]:
        """Give the paths of files left unread that held something else when they were asked for."""

@final
class Revision:
    """One commit of a Git repository; `name` is read as Git reads it.

    Raises `FileNotFoundError` where Git is not installed, `OSError` with its words if it refuses.
    """

    def __new__(cls, path: bytes, name: bytes) -> Revision: ...
    @property
    def commit(self) -> str:
        """Give its full id."""
    def read(
        self, bytes: int, files: int, known: bytes | None = None
    ) -> tuple[Files, list[tuple[bytes, str]]]:
        """Read every intent file of the commit, and the files that they name.

        Where `known`, from `Files.image`, is of an older commit, and Git says that nothing but
        contents changed since, only these are read; others once somebody asks for them. What they
        hold is held against their digests then: see `Files.lost`.

        Takes, gives and raises what `read_folder` does.
        """

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
    def values(self, name: str, rows: Sequence[int]) -> list[Cell]:
        """Give a column's cells of some rows; raises `KeyError`, or `IndexError`."""
    def matching(self, **conditions: Cell | Iterable[Cell] | Column) -> list[int]:
        """Give the rows in which every condition holds; raises `KeyError` for an unknown column.

        `name=value` asks for exactly that value, `name__ne` for another one, `name__in` for one of
        several; `name__lt`, `__le`, `__gt`, `__ge` compare numbers with numbers and texts with
        texts, and hold for nothing else. `name__startswith`, `__endswith` and `__contains` ask
        texts; a list (`callers`, `operations`, `hosts`) contains its items, not parts of them.
        A value may be `Column("other")`: the same row's cell of that column.
        """
    def counts(self, by: str, rows: Sequence[int] | None = ...) -> dict[Cell, int]:
        """Count rows (all, or some) for each value of a column; raises `KeyError`."""
    def sums(self, by: str, of: str, rows: Sequence[int] | None = ...) -> dict[Cell, int]:
        """Add up the numbers of a column for each value of another; raises `KeyError`."""
    def repeated(self, *names: str, rows: Sequence[int] | None = ...) -> list[list[int]]:
        """Give groups of two rows and more that hold the same in every named column.

        Rows with nothing in one of them are in no group; raises `KeyError`.
        """
    def place(self, row: int) -> tuple[str, int, int]:
        """Give file, first byte and byte behind the last of a row; raises `IndexError`."""

@final
class Column:
    """Another column of the same table, as what a cell is held against."""

    def __init__(self, name: str) -> None: ...

@final
class Graph:
    """The call graph, asked by `namespace/name`; raises `KeyError` for an unknown one."""

    def callees(self, workload: str) -> list[str]: ...
    def callers(self, workload: str) -> list[str]: ...
    def reach(self, workload: str) -> list[str]: ...
    def path(self, caller: str, callee: str) -> list[str] | None: ...
    def cycles(self) -> list[list[str]]: ...
    def edges(self) -> list[tuple[str, str]]: ...
    def amplified(self, limit: int) -> list[tuple[int | None, list[tuple[int, Call]]]]:
        """Give the paths along which one request becomes more than `limit`.

        Each with the requests it becomes (none for a ring, which multiplies with every round), and
        its calls with the tries of each.
        """
    def inverted(self) -> list[tuple[tuple[str, Call], tuple[str, Call]]]:
        """Give calls that wait longer than anybody waits for their caller.

        Each as the time it waits (`1m30s`) and the call, and the same of the call of its caller
        that waits longest.
        """

@final
class Image:
    """The image of a mesh that a file holds; of its workloads those are read that are asked for."""

    @staticmethod
    def open(path: str, end: int, most: int) -> tuple[Image | None, int, bytes]:
        """Give the image in a file, `checksum` of the file without its last bytes, and those.

        These are `end` bytes; of a file with more than `most` the rest is not read. Nothing for a
        file that cannot hold an image; whoever asks compares the check value. Raises `OSError`.
        """

@final
class Mesh:
    """The linked whole."""

    @staticmethod
    def read(
        files: Sequence[tuple[str, bytes]],
        schema: bytes,
        namespaces: Sequence[tuple[str, str]] = ...,
    ) -> Mesh:
        """Read, check and link on threads, without the interpreter's lock; order means nothing.

        `namespaces` gives folders the namespace of documents in them that name none. Raises
        `ValueError` for a schema that is none; what is wrong with files becomes findings.
        """
    def within(
        self,
        environment: str,
        schema: bytes,
        namespaces: Sequence[tuple[str, str]] = ...,
        anew: bool = ...,
    ) -> Mesh:
        """Give the same files in an Environment, held against this mesh, which must be the base.

        Takes what the mesh was read with. What it shares with the base is not looked at again;
        `anew` does it nevertheless, with the same result. Raises `KeyError` for an unknown
        environment.
        """
    @staticmethod
    def restored(
        image: Image | bytes,
        files: Sequence[tuple[str, bytes]],
        schema: bytes,
        namespaces: Sequence[tuple[str, str]] = ...,
    ) -> Mesh | None:
        """Give the mesh of files that `image` was made of, some with other contents; patched.

        Nothing where `patched` would give nothing, where files came or went or many changed, and
        for bytes that are no image. Takes what the mesh of the image was read with.
        """
    def is_whole(self) -> bool:
        """Tell whether each workload that was asked for could be read from the image, if any."""
    def image(self) -> bytes | None:
        """Give the mesh as bytes; nothing where it could not be patched."""
    def patched(
        self,
        files: Sequence[tuple[str, bytes]],
        schema: bytes,
        namespaces: Sequence[tuple[str, str]] = ...,
    ) -> Mesh | None:
        """Give the mesh with other contents of these files; the same as reading all of them.

        Nothing where all must be read: a file is new, gone, or declares more than workloads and
        policy tests, two declare one name, or the mesh is in an Environment. Takes what the mesh
        was read with.
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
    def emit(self) -> Emitted:
        """Give what it compiles to; emitted anew each time."""
    def manifest(self, commit: str, compiler: str, height: int, parent: str | None) -> bytes:
        """Give the manifest of what `emit` gives, of which nothing is kept."""
    def write_blobs(
        self,
        folder: str | PathLike[str],
        commit: str,
        compiler: str,
        height: int,
        parent: str | None,
    ) -> bytes:
        """Write what `emit` gives, and give the manifest.

        Every blob is named by its digest. Raises `OSError`; some may be written then.
        """
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
    def perhaps_called(self) -> set[str] | None:
        """Give `namespace/name` of what calls that name nothing there is may mean.

        Those are what is proposed instead. Nothing while that may be anything: some document, or
        what some workload calls, could not be understood.
        """
    def mention_at(self, file: str, byte: int) -> tuple[str, str, int, int, bool] | None:
        """Give the name that covers a byte of a file, or ends at it.

        `(sort, full name, first byte, byte behind the last, whether it is declared here)`; sorts
        are workload (`namespace/name`), operation (`namespace/name.operation`), port
        (`namespace/name:port`), version (`namespace/name@version`), issuer and team.
        """
    def mentions_of(self, sort: str, name: str) -> list[tuple[str, int, int, bool]]:
        """Give `(file, first byte, byte behind the last, declares)` of a name, by place."""
    def place(self, table: str, row: int) -> tuple[str, int, int, int, int]:
        """Give file, line, column (from 1), first byte and byte behind the last of a row.

        Raises `KeyError` for an unknown table, `IndexError` for an unknown row.
        """

@final
class Emitted:
    """What a mesh compiles to; every blob is RFC 8785 JSON."""

    @property
    def slices(self) -> tuple[tuple[str, bytes, bytes], ...]:
        """Give `(workload, slice, places)`, sorted.

        A slice names what is to be known of its callees by digest; `callees` gives that.
        """
    @property
    def callees(self) -> dict[str, bytes]:
        """Give what callees are to their callers, by digest."""
    def manifest(self, commit: str, compiler: str, height: int, parent: str | None) -> bytes:
        """Give the manifest that names it."""

@final
class Node:
    """A node of a document, or a key of a mapping; bytes count from 0, ends are excluded.

    An alias is what it stands for, at the place where it was used.
    """

    @property
    def kind(self) -> Literal["scalar", "mapping", "sequence"]: ...
    @property
    def style(
        self,
    ) -> Literal["plain", "single", "double", "literal", "folded", "flow", "block", "alias"]:
        """How it was written."""
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def null(self) -> bool:
        """Whether it is nothing: an empty value, `~` or `null` without quotes."""
    @property
    def value(self) -> str | None:
        """A scalar's text, decoded; nothing for a collection."""
    def entries(self) -> list[tuple[Node, Node]]:
        """Give keys and values in written order, repeated keys included; none if no mapping."""
    def items(self) -> list[Node]:
        """Give the items of a list; none for anything else."""
    def get(self, key: str) -> Node | None:
        """Give the value of the first entry with this key."""

@final
class Document:
    """One file, read: a tree per YAML document that could be read. Never raises for a text."""

    def __init__(self, text: bytes) -> None: ...
    @property
    def findings(self) -> list[tuple[str, int, int]]:
        """What kept it from being read: code, first byte and byte behind the last."""
    @property
    def whole(self) -> bool:
        """Whether all of it could be read without a finding."""
    def comments(self) -> list[tuple[int, int]]:
        """Give first byte and byte behind the last of every comment; none if it is no UTF-8."""
    def __len__(self) -> int:
        """Give how many documents could be read."""
    def root(self, index: int) -> Node:
        """Give a document's node; raises `IndexError`."""
    def at(self, byte: int) -> list[Node]:
        """Give the nodes around a byte, from the root to the deepest node or key."""
    def path(self, byte: int) -> tuple[str, ...]:
        """Say where a byte is in words that do not move with lines; empty outside documents.

        The kind, `namespace/name` of the object (without the namespace if none is written), then
        keys; items of lists by their `name`, `to` or `address`, else by index.
        """

@final
class Formatter:
    """The layout of intent files; raises `ValueError` for a table of orders that is none."""

    def __init__(self, order: bytes) -> None: ...
    def format(self, text: bytes) -> tuple[bytes, tuple[str, int, int] | None]:
        """Give a text in its layout; or as it is, with why and where it is left alone.

        Trees and comments stay the same but for the order of keys, and formatting twice is
        formatting once.
        """
    def differing(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        """Give the paths of files that are not in their layout, without the interpreter's lock."""

@final
class Decider:
    """One slice, ready to decide; raises `ValueError` for an inconsistent one.

    What it names is taken from `callees`, by digest; there may be others.
    """

    def __init__(
        self,
        slice: bytes,
        places: bytes | None,
        commit: str,
        callees: dict[str, bytes] | None = ...,
    ) -> None: ...
    def inbound(self, request: str) -> str:
        """Decide one inbound request, JSON in and out (`meshc_decide::json`)."""
    def outbound(self, request: str) -> str:
        """Decide one outbound request."""
    def inbound_batch(self, requests: str) -> str:
        """Decide a request a line, without the interpreter's lock."""
    def outbound_batch(self, requests: str) -> str:
        """Decide a request a line, without the interpreter's lock."""

def comments(text: bytes, mark: str) -> list[tuple[int, int, int, int]]:
    """Give the comments that begin with a mark: where they stand and what they are about.

    Four bytes each: its first, the one behind its last, and the same of what it is about: its line
    where it stands behind something, else the entry or item that begins below; the whole file or
    document above their first entry; an empty range where nothing is below.
    """

def namespace_of(path: str, folders: Sequence[tuple[str, str]]) -> str | None:
    """Give the namespace that a file's folder gives to documents that name none."""

def position(text: bytes, byte: int) -> tuple[int, int]:
    """Give line and column of a byte, both from 1; a column is a character."""

def digest(data: bytes) -> str:
    """Give `sha256:` and the hexadecimal digest."""

def checksum(data: bytes) -> int:
    """Give a number of 64 bits that tells damage apart, quickly; it is no proof against forgers."""

def content_digest(said: Sequence[str], files: Sequence[tuple[str, bytes]]) -> str:
    """Give `sha256:` and the digest of texts and of each file's path and content."""

def canonical_json(data: bytes) -> bytes:
    """Give JSON in its RFC 8785 form; raises `ValueError` for fractions and keys beyond ASCII."""

def from_json(data: bytes) -> Json:
    """Read JSON; raises `ValueError`. For whoever has no time to import the module."""

def to_json(value: Json) -> bytes:
    """Write JSON without spaces, of the same reason: lists, texts, whole numbers, truths, `None`.

    Raises `TypeError` for anything else, `OverflowError` for what does not fit into 64 bits.
    """

def defaults() -> list[tuple[str, str, str]]:
    """Give what holds where nothing is written: field, value, reason."""

def check_json(yaml: bytes, schema: bytes) -> str:
    """Check one file alone; give each document's tree and findings as JSON (for tests)."""

def check_pattern(pattern: str) -> tuple[int, str, str] | None:
    """Say what is wrong with a path pattern: byte, claim, what to do; nothing if it is one."""

def callees(slice: bytes) -> list[str]:
    """Give the digests of the callees that a slice names; raises `ValueError`."""

def needs(slice: bytes, callees: dict[str, bytes] | None = ...) -> list[str]:
    """Give the capabilities a slice asks for, sorted; raises `ValueError` for one not readable."""

def missing_capability(wanted: Sequence[str]) -> str | None:
    """Give the first capability that this runtime lacks."""

def masked(line: str) -> str:
    """Give a line as it may be shown: what has the form of a secret becomes `*`."""

def read_folder(
    path: bytes, bytes: int, files: int, known: bytes | None = None
) -> tuple[Files, list[tuple[bytes, str]]]:
    """Read every intent file of a folder, and the files that they name; on threads.

    What an intent holds that is `known`, from `Files.image`, is not kept: every byte is hashed, and
    a file is read again once somebody asks for its content. See `Files.lost`.

    Gives files sorted by path, and paths that were not read with the reason. `bytes` is the most
    of one file, `files` the most of all. Raises `OSError` if the folder itself cannot be listed,
    `OverflowError` if it holds too many files.
    """

def wanted(path: bytes) -> bool:
    """Tell whether a path inside a repository is read at all."""
