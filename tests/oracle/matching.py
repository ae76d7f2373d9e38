"""Paths, hosts, conditions and precedence, with lists and loops (language reference, section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

Json = dict[str, Any]
Fields = list[tuple[str, str]]
Target = TypeVar("Target")

#: How regular expressions are read: `.` is any character, classes are those of ASCII.
REGEX = re.DOTALL | re.ASCII
#: Regular expressions for paths by what they are strictly within; all others share no path.
NESTED = {
    "/a/[0-9]{2}": "/a/[0-9]+",
    "/a/[0-9]+/b": "/a/[0-9]+(/.*)?",
    "/a/[0-9]+": "/a/[0-9]+(/.*)?",
    "/(b|c)": "/[b-d]",
    "/admin(/.*)?": "/a[a-z]+(/.*)?",
}

#: Fields that are read as whole lines.
SINGLE_VALUED = {
    "age", "authorization", "content-length", "content-location", "content-range",
    "content-type", "cookie", "date", "etag", "expires", "from", "host", "if-modified-since",
    "if-range", "if-unmodified-since", "last-modified", "location", "max-forwards",
    "proxy-authorization", "referer", "retry-after", "user-agent",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What matchers look at besides the path, which has several readings."""

    method: str
    host: str
    query: str | None
    fields: Fields


@dataclass(frozen=True)
class Path:
    """A path as an application may read it, decoded; its letters are in lower case if folded."""

    text: str
    folded: bool = False


class UnspecifiedError(Exception):
    """Two matches stay equal and overlap; the compiler refuses such a mesh (MC308)."""


def segment_matches(pattern: str, segment: str) -> bool:
    """One segment of a pattern against one of a path."""
    if "{" not in pattern:
        return pattern == segment
    before, _, rest = pattern.partition("{")
    after = rest.partition("}")[2]
    return (
        segment.startswith(before)
        and segment.endswith(after)
        and len(segment) > len(before) + len(after)
    )


def path_matches(pattern: str, path: str) -> bool:
    """A whole pattern against a decoded path; nothing but `/**` fits `*`."""
    if pattern == "/**":
        return True
    if path == "*":
        return False
    wanted, given = pattern.split("/")[1:], path.split("/")[1:]
    if wanted[-1] == "**":
        wanted = wanted[:-1]
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(map(segment_matches, wanted, given))


def host_matches(pattern: str | None, host: str) -> bool:
    """An exact host, or `*.` and a suffix for one or more labels."""
    if pattern is None:
        return True
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and host != pattern[1:]
    return pattern == host


def value_meets(condition: Json, value: bytes) -> bool:
    """One value against one test, `not` included."""
    ((test, wanted),) = condition["test"].items()
    if test in {"equals", "has"}:
        met = value == wanted.encode()
    elif test == "oneOf":
        met = value in [one.encode() for one in wanted]
    elif test == "regex":
        met = re.fullmatch(wanted, value.decode("utf-8", "surrogateescape"), REGEX) is not None
    elif test == "prefix":
        met = value.startswith(wanted.encode())
    else:
        met = value.endswith(wanted.encode())
    return bool(met != condition["not"])


def header_values(fields: Fields, name: str) -> tuple[list[bytes], list[bytes]]:
    """The members of a field, and its whole lines."""
    lines = [value.strip(" \t") for field, value in fields if field.lower() == name]
    if name in SINGLE_VALUED:
        members = lines
    else:
        members = [part.strip(" \t") for line in lines for part in line.split(",")]
        members = [member for member in members if member]
    return [member.encode() for member in members], [line.encode() for line in lines]


def query_values(query: str | None, name: str) -> list[bytes]:
    """The decoded values of a parameter."""
    found = []
    for pair in (query or "").split("&"):
        key, _, value = pair.partition("=")
        if pair and unquote_to_bytes(key.replace("+", " ")) == name.encode():
            found.append(unquote_to_bytes(value.replace("+", " ")))
    return found


def conditions_hold(item: Json, seen: Seen, view: str) -> bool:
    """All header and query conditions of a rule or match.

    `view` is `deny` (any value is enough, absence satisfies `not`), `every` (there must be a value
    and each must hold) or `some` (any value is enough).
    """
    for condition in item["headers"]:
        members, lines = header_values(seen.fields, condition["name"])
        if not condition_holds(condition, members, lines, view):
            return False
    for condition in item["query"]:
        values = query_values(seen.query, condition["name"])
        if not condition_holds(condition, values, values, view):
            return False
    return True


def condition_holds(condition: Json, members: list[bytes], lines: list[bytes], view: str) -> bool:
    """One condition on the values of one name."""
    if "present" in condition["test"]:
        return bool((bool(lines) == condition["test"]["present"]) != condition["not"])
    if "has" in condition["test"]:
        return has_holds(condition, members, lines, view)
    if view == "every":
        return bool(members) and all(value_meets(condition, one) for one in members)
    if view == "deny" and not lines:
        return bool(condition["not"])
    return any(value_meets(condition, one) for one in members + lines)


def has_holds(condition: Json, members: list[bytes], lines: list[bytes], view: str) -> bool:
    """Whether a list has a member; under `not`, whether it has none."""
    listed = members + lines if view == "deny" and not condition["not"] else members
    has = condition["test"]["has"].encode() in listed
    if not condition["not"]:
        return has
    return not has and (bool(lines) or view == "deny")


def match_holds(match: Json, seen: Seen, path: Path, view: str) -> bool:
    """Every field of a match."""
    return (
        (not match["methods"] or seen.method in match["methods"])
        and host_matches(match["host"], seen.host)
        and reading_matches(match, path)
        and conditions_hold(match, seen, view)
    )


def reading_matches(match: Json, path: Path) -> bool:
    """One reading of a path against the pattern or regular expression of a match."""
    if match["regex"] is not None:
        flags = REGEX | (re.IGNORECASE if path.folded else 0)
        return re.fullmatch(match["regex"], path.text, flags) is not None
    return path_matches(folded(match["path"]) if path.folded else match["path"], path.text)


def folded(path: str) -> str:
    """A path or pattern to those who ignore case."""
    return path.lower()


def rank(match: Json) -> tuple[bool, bool, int, bool, bool, bool, int, int]:
    """How specific a match is; the greater goes first."""
    segments = match["path"].split("/")[1:]
    literal = [one for one in segments if one != "**" and "{" not in one]
    return (
        match["regex"] is None,
        len(literal) == len(segments),
        len([one for one in literal if one]),
        segments[-1] != "**",
        match["host"] is not None,
        bool(match["methods"]),
        len(match["headers"]),
        len(match["query"]),
    )


def most_specific(found: list[tuple[tuple[bool, int], Json, Target]]) -> Target | None:
    """The target of the best of (class, match, target); nothing where the list is empty."""
    if not found:
        return None
    top = max((klass, rank(match)) for klass, match, _ in found)
    best = [(match, target) for klass, match, target in found if (klass, rank(match)) == top]
    narrowest = [
        target for match, target in best if not any(is_narrower(other, match) for other, _ in best)
    ]
    if any(target != narrowest[0] for target in narrowest):
        raise UnspecifiedError
    return narrowest[0]


def is_narrower(narrow: Json, wide: Json) -> bool:
    """Whether one match is a strict subset of another."""
    return is_within(narrow, wide) and not is_within(wide, narrow)


def is_within(narrow: Json, wide: Json) -> bool:
    """Whether every request of one match is one of another."""
    methods = not wide["methods"] or (
        bool(narrow["methods"]) and set(narrow["methods"]) <= set(wide["methods"])
    )
    host = wide["host"] is None or (
        narrow["host"] is not None
        and (narrow["host"] == wide["host"] or host_matches(wide["host"], narrow["host"]))
    )
    return (
        methods
        and host
        and paths_within(narrow, wide)
        and all(
            any(implies(one, other) for one in narrow[kind])
            for kind in ("headers", "query")
            for other in wide[kind]
        )
    )


def paths_within(narrow: Json, wide: Json) -> bool:
    """Whether every path of one match is one of another; both have a regex, or neither has."""
    if narrow["regex"] is None:
        return path_within(narrow["path"], wide["path"])
    one = narrow["regex"]
    while one is not None and one != wide["regex"]:
        one = NESTED.get(one)
    return one is not None


def path_within(narrow: str, wide: str) -> bool:
    """Whether every path of one pattern is one of another."""
    one, other = narrow.split("/")[1:], wide.split("/")[1:]
    if other[-1] == "**":
        other = other[:-1]
        one = [segment for segment in one if segment != "**"]
        if len(one) < len(other):
            return False
        one = one[: len(other)]
    elif one[-1] == "**" or len(one) != len(other):
        return False
    return all(map(segment_within, one, other))


def segment_within(narrow: str, wide: str) -> bool:
    """Whether every segment of one pattern is one of another."""
    if "{" not in narrow:
        return segment_matches(wide, narrow)
    if "{" not in wide:
        return False
    before, _, rest = narrow.partition("{")
    wide_before, _, wide_rest = wide.partition("{")
    after, wide_after = rest.partition("}")[2], wide_rest.partition("}")[2]
    return before.startswith(wide_before) and after.endswith(wide_after)


def implies(narrow: Json, wide: Json) -> bool:
    """Whether whoever meets one condition meets the other."""
    if narrow["name"] != wide["name"] or narrow == wide:
        return bool(narrow == wide)
    ((test, wanted),) = narrow["test"].items()
    ((wide_test, wide_wanted),) = wide["test"].items()
    if "present" in {test, wide_test}:
        return bool(test != "present" and wide_wanted != wide["not"])
    if narrow["not"]:
        return False
    if test in {"equals", "oneOf"}:
        values = [wanted] if test == "equals" else wanted
        known = wide_test != "has" or (len(values) == 1 and not wide["not"])
        return known and all(value_meets(wide, value.encode()) for value in values)
    if wide["not"] or test != wide_test or test not in {"prefix", "suffix"}:
        return False
    longer = wanted.startswith if test == "prefix" else wanted.endswith
    return bool(longer(wide_wanted))
