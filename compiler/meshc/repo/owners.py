"""Who owns which path: `CODEOWNERS`, matched as GitHub matches it.

The last rule that matches a path says who owns it, and a rule without owners says nobody. Patterns
look like those of `.gitignore` and are not: `docs/*` is what stands in that folder and nothing
below it, a pattern with a slash inside counts from the root, case counts, and there are neither `!`
nor `[…]`. A line that is no rule is skipped
(https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners).

GitLab reads `.gitlab/CODEOWNERS` in another way: every pattern that does not begin with a slash
fits at any depth, and sections are asked one by one
(https://docs.gitlab.com/user/project/codeowners/reference/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from meshc.repo.listing import File

GITLAB: Final = ".gitlab/CODEOWNERS"
PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", GITLAB)
"""Where it may stand; the first that is there holds, in the order in which GitHub looks."""
FILE_BYTES: Final = 3 * 1024 * 1024
"""Of a larger file GitHub takes no account."""
OWNER: Final = re.compile(r"@[\w.-]+(/[\w./-]+)*|@@[\w-]+|[^\s@#]+@[^\s@#]+\.[^\s@#]+")
SECTION: Final = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[[0-9]+\])?(?P<owners>(?:\s.*)?)")
EVERYTHING: Final = frozenset({"*", "**", "/**"})
SPECIAL: Final = re.compile(r"[*?\\]")
WORDS: Final = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: a pattern and who owns what it matches."""

    pattern: str
    owned: bool
    start: int
    end: int
    """Bytes of the file."""
    section: str = ""
    """Of GitLab; without case."""


class Owners:
    """The rules of one file, ready to be asked."""

    __slots__ = ("_sections", "file")

    def __init__(self, file: str, content: bytes) -> None:
        """Read a file; nothing in it is refused."""
        self.file = file
        by_section: dict[str, list[Rule]] = {}
        for rule in rules(content, gitlab=file == GITLAB):
            by_section.setdefault(rule.section, []).append(rule)
        depth = file == GITLAB
        self._sections = [Section(one, at_any_depth=depth) for one in by_section.values()]

    def lacking(self, path: str) -> tuple[bool, Rule | None]:
        """Tell whether nobody owns a path, and which rule says so, where one does."""
        taken: Rule | None = None
        for section in self._sections:
            last = section.last(path)
            if last is not None and last.owned:
                return False, None
            taken = taken or last
        return True, taken


class Section:
    """Rules of which the last that matches counts.

    Most name one path or folder as it is: those are looked up, and only the others are an
    expression, which is one for all of them, the last rule first.
    """

    __slots__ = ("_at", "_below", "_everywhere", "_folders", "_regex", "_rules", "_spelled")

    def __init__(self, rules: Sequence[Rule], *, at_any_depth: bool) -> None:
        """Sort rules by what they need to be asked."""
        self._rules = rules
        self._everywhere = -1
        self._at: dict[str, int] = {}
        self._below: dict[str, int] = {}
        self._folders: dict[str, int] = {}
        spelled: list[tuple[int, str]] = []
        for number, rule in enumerate(rules):
            if rule.pattern in EVERYTHING:
                self._everywhere = number
                spelled.clear()
            elif path := plain(rule.pattern, at_any_depth=at_any_depth):
                self._below[path] = number
                if not rule.pattern.endswith("/"):
                    self._at[path] = number
            else:
                spelled.append((number, expression(rule.pattern, at_any_depth=at_any_depth)))
        spelled.reverse()
        self._spelled = [number for number, _ in spelled]
        text = "|".join(f"({one})" for _, one in spelled)
        self._regex = re.compile(text, re.DOTALL) if spelled else None

    def last(self, path: str) -> Rule | None:
        """Give the last rule that matches a path."""
        folder = path.rpartition("/")[0]
        number = self._folders.get(folder)
        if number is None:
            number = self._folders[folder] = self._over(folder)
        number = max(number, self._at.get(path, -1))
        found = self._regex.fullmatch(f"/{path}") if self._regex else None
        if found and found.lastindex:
            number = max(number, self._spelled[found.lastindex - 1])
        return self._rules[number] if number >= 0 else None

    def _over(self, folder: str) -> int:
        """Give the number of the last rule that names a folder or one around it; -1 for none."""
        number = self._everywhere
        while folder:
            number = max(number, self._below.get(folder, -1))
            folder = folder.rpartition("/")[0]
        return number


def holding(files: Iterable[File]) -> Owners | None:
    """Read the file that holds in a repository; nothing where there is none."""
    contents = {path: content for path, content in files if path in PLACES}
    file = next((path for path in PLACES if path in contents), None)
    if file is None or len(contents[file]) > FILE_BYTES:
        return None
    return Owners(file, contents[file])


def rules(content: bytes, *, gitlab: bool) -> Iterator[Rule]:
    """Read the rules of a file, in order; what is none is skipped."""
    section, by_default, at = "", False, 0
    for raw in content.splitlines(keepends=True):
        start, at = at, at + len(raw)
        line = raw.decode("utf-8", "replace").strip()
        if not line or line.startswith("#"):
            continue
        if gitlab and (head := SECTION.fullmatch(line)):
            section = head["name"].casefold()
            by_default = bool(owners(WORDS.findall(head["owners"])))
            continue
        words = WORDS.findall(line)
        named = owners(words[1:])
        if named is None or is_none(words[0]):
            continue
        end = start + len(raw.rstrip())
        yield Rule(words[0], bool(named) or by_default, start, end, section)


def owners(words: Sequence[str]) -> list[str] | None:
    """Give the owners up to a comment; nothing where a word is none."""
    found = []
    for word in words:
        if word.startswith("#"):
            break
        if OWNER.fullmatch(word) is None:
            return None
        found.append(word)
    return found


def is_none(pattern: str) -> bool:
    """Tell whether a pattern is one that matches nothing and is skipped."""
    odd = pattern == "/" or pattern.startswith("!") or "***" in pattern
    return odd or "[" in pattern or "]" in pattern


def plain(pattern: str, *, at_any_depth: bool) -> str | None:
    """Give the path from the root that a pattern names as it is; nothing where it is not plain."""
    path = pattern.strip("/")
    anchored = pattern.startswith("/") or ("/" in path and not at_any_depth)
    if not anchored or SPECIAL.search(path) or "//" in pattern:
        return None
    return path


def expression(pattern: str, *, at_any_depth: bool = False) -> str:
    """Give the regular expression, without groups, of what a pattern matches: a path behind a `/`.

    What stands between two `**` or two `*` is taken where it first fits; were that wrong, no later
    place would be right, so nothing is ever tried twice (atomic groups).
    """
    anchored = pattern.startswith("/")
    segments = pattern.removeprefix("/").split("/")
    alone = len(segments) == 1 or segments[1:] == [""]
    if not anchored and (alone or at_any_depth):
        segments.insert(0, "**")
    if not segments[-1]:
        segments[-1] = "**"
    first, *more = parted(segments)
    *middle, last = more or [first]
    made = "".join(map(beneath, first)) if more else ""
    made += "".join(f"(?>(?:/.+?)??{''.join(map(beneath, one))}(?=/))" for one in middle)
    if not last:
        return f"{made}/.+"
    made += f"{'(?:/.+)?' if more else ''}{''.join(map(beneath, last))}"
    return made if last[-1] == "*" else f"{made}(?:/.*)?"


def parted(segments: Sequence[str]) -> list[list[str]]:
    """Part segments at `**`."""
    parts: list[list[str]] = [[]]
    for one in segments:
        if one == "**":
            parts.append([])
        else:
            parts[-1].append(one)
    return parts


def beneath(segment: str) -> str:
    r"""Give the expression of one segment: `*` and `?` stay in it, `\` takes the next as it is."""
    if segment == "*":
        return "/[^/]+"
    pieces, characters = [""], iter(segment)
    for one in characters:
        if one == "*":
            pieces.append("")
        elif one == "\\":
            pieces[-1] += re.escape(next(characters, "\\"))
        else:
            pieces[-1] += "[^/]" if one == "?" else re.escape(one)
    first, *middle = pieces
    if not middle:
        return f"/{first}"
    *middle, last = middle
    return f"/{first}{''.join(f'(?>[^/]*?{one})' for one in middle if one)}[^/]*{last}"
