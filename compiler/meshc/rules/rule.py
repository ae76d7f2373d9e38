"""The form of a rule: a file with documentation, examples that fail and pass, and maybe a check.

A rule file is named `<code>_<name>.py` and holds:

- its docstring: the page `meshc explain` prints;
- `SEVERITY`, `HELP` (which decision is needed, one line) and `FOUND_BY`; `STRICT`, the severity in
  the strict profile, where it is another;
- `EXAMPLES`, run by one test through the real engine;
- where `FOUND_BY` is `rule`: `check(mesh)`, and `SEES`, what it looks at: rows of a table (`row`),
  rows that join two workloads (`edge`), or the mesh as a whole (`mesh`). On 10,000 services and
  57,000 calls they have 1, 2 and 5 ms; `bench/checks.py` shows what each takes;
- where `FOUND_BY` is `date`: `check_at(mesh, day)`, a day as ISO 8601 writes it;
- `fix(finding, sources)`, where there is one: `meshc.rules.fixing` asks it.

A check asks tables and the graph for what is wrong and loops over that, never over every row.
"""

from __future__ import annotations

from meshc.record import dataclass, field, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Final, Literal, Protocol

    class Hit(Protocol):
        """Something found at bytes of a file; native findings have the same form."""

        @property
        def message(self) -> str:
            """One line, lower-case start, no full stop."""

        @property
        def file(self) -> str:
            """Path inside the repository."""

        @property
        def start(self) -> int:
            """First byte."""

        @property
        def end(self) -> int:
            """Byte behind the last."""

        @property
        def help(self) -> str | None:
            """A suggestion that begins with `did you mean`, or advice, or both parted by `; `."""

        @property
        def related(self) -> list[Origin]:
            """Other places."""

    FoundBy = Literal[
        "reader", "checker", "linker", "judge", "rule", "date", "owners", "text", "policy"
    ]
    """Who finds it: the reader of documents, the schema checker, the linker, the native judge of
    what could be read and linked all the same, `check` of its file, its `check_at` where a day is
    asked about, or `meshc.policy`, which hides what others found. `owners` is a `check` of the
    files where one of them says who owns which path; `text` is one of the files instead of the
    mesh, which runs only where settings name its whole code.
    """

    Sees = Literal["row", "edge", "mesh"]
    """What a check looks at."""

Origin = tuple[str, int, int, str]
"""Another place: file, first byte, byte behind the last, what it has to do with the finding."""

REPEATED: Final = r"(?m)^(.*?) *# ([0-9]+) of these$"
MARK: Final = r"#\s*(\^*) ?here\s*$"
PRELUDE: Final = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  namespaces: [{name: shop, hosts: ["*.shop.test"]}]
"""
"""The Mesh that an example gets if it declares none."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit of a rule written in Python."""

    message: str
    file: str
    start: int
    end: int
    help: str | None = None
    related: list[Origin] = field(default_factory=list)
    flow: list[Origin] = field(default_factory=list)
    """The way from cause to effect, where the finding claims one: one place a hop, in order."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a lint needs of a rule without importing its page."""

    name: str
    severity: str
    found_by: FoundBy
    help: str
    module: str
    fixes: bool = False
    """Whether its file has a `fix`."""
    strict: str = ""
    """Its severity under the profile `strict`; empty where it is the same."""


@dataclass(frozen=True, slots=True)
class Example:
    """Documents in one file; the lines below a mistake mark it: `# ^^^^ here`."""

    text: str
    fails: bool
    after: bool = False
    """Whether it is what the fix makes of the failing example before it."""
    file: str = "example.yaml"
    beside: tuple[tuple[str, str], ...] = ()
    """Further files, each with its text."""
    at: str | None = None
    """The day on which it is linted, where that matters."""

    def files(self) -> list[tuple[str, bytes]]:
        """Give the files to lint; a mesh of its own is added where the texts declare none.

        A line that ends with `# 900 of these` stands for as many, with their numbers for `N` in it.
        """
        import re  # a lint imports examples of some rules and never reads one

        # JSON has no comments that could mark something.
        text = self.unmarked().text if self.file.endswith(".json") else self.text
        files = [(self.file, re.sub(REPEATED, repeated, text)), *self.beside]
        alone = not any("kind: Mesh" in text for _, text in files)
        files += [("mesh.yaml", PRELUDE)] if alone else []
        return sorted((path, text.encode()) for path, text in files)

    def unmarked(self) -> Example:
        """Give the example without the lines that mark its mistakes."""
        import re  # the same

        lines = self.text.splitlines(keepends=True)
        left = (line for line in lines if not re.search(MARK, line))
        return replace(self, text="".join(left))

    def marks(self) -> list[tuple[int, int, int]]:
        """Give `(line, column, end column)` of each marked mistake, from 1, end excluded."""
        import re  # the same

        marks, line, kept = [], 0, 0
        for number, text in enumerate(self.text.splitlines(), start=1):
            if found := re.search(MARK, text):
                marks.append((line, found.start(1) + 1, found.end(1) + 1))
            else:
                kept += 1
                line = kept if self.file.endswith(".json") else number
        return marks


def repeated(line: re.Match[str]) -> str:
    """Write a line as often as it says."""
    return "\n".join(line[1].replace("N", str(number)) for number in range(int(line[2])))


def fails(
    text: str,
    *,
    file: str = "example.yaml",
    beside: tuple[tuple[str, str], ...] = (),
    at: str | None = None,
) -> Example:
    """Make an example in which the rule finds exactly what is marked."""
    return Example(text, fails=True, file=file, beside=beside, at=at)


def passes(
    text: str,
    *,
    file: str = "example.yaml",
    beside: tuple[tuple[str, str], ...] = (),
    at: str | None = None,
) -> Example:
    """Make an example in which the rule finds nothing, and no rule an error."""
    return Example(text, fails=False, file=file, beside=beside, at=at)


def fixed(
    text: str, *, file: str = "example.yaml", beside: tuple[tuple[str, str], ...] = ()
) -> Example:
    """Make an example of what the fix makes of the failing one before it, its marks left out."""
    return Example(text, fails=False, after=True, file=file, beside=beside)
