"""Options that say which findings count: rules, profile, settings, baselines, the day.

They lie over the repository's settings in this order: `--config FILE` instead of the repository's
own file, then each `--config KEY=VALUE`, then the options that are named like keys.
"""

from __future__ import annotations

import time

from meshc.cli import exits
from meshc.cli.option import Option
from meshc.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final, Literal

    from meshc.cli.option import Values
    from meshc.cli.source import Source
    from meshc.findings import Suppressed
    from meshc.policy.baseline import Baseline
    from meshc.policy.judging import Asked
    from meshc.policy.settings import Given, Settings

STATEMENT: Final = r"[\w.\"'/*-]+\s*="
LISTS: Final = ("select", "extend-select", "ignore")

WAYS: Final[tuple[tuple[Literal["comment", "waiver", "baseline"], str], ...]] = (
    ("comment", "by comments"),
    ("waiver", "by Waivers"),
    ("baseline", "in the baseline"),
)


SETTINGS: Final = (
    Option("--select", "Run only these rules: MC5,MC212.", "CODES", multiple=True),
    Option("--extend-select", "Run these rules too.", "CODES", multiple=True),
    Option("--ignore", "Do not run these rules.", "CODES", multiple=True),
    Option("--profile", "default or strict.", "NAME"),
    Option(
        "--config",
        "Settings instead of the repository's, or a single one over them.",
        "FILE|KEY=VALUE",
        multiple=True,
    ),
)
"""Options that change settings."""
JUDGEMENT: Final = (
    Option("--baseline", "Hide what this file lists as known.", "FILE"),
    Option("--baseline-ref", "Hide what this Git revision had already.", "REVISION"),
    Option("--at", "The day on which suppressions may have ended [default: today].", "DATE"),
)
OPTIONS: Final = (*SETTINGS, *JUDGEMENT)
"""Every option that says which findings count."""


def given(words: Values) -> Given:
    """Read what options say about settings; fails for a file that cannot be read."""
    from meshc.policy.settings import NOTHING, Given

    file, values = None, list[tuple[str, str]]()
    for word in words.get("config") or ():
        if is_statement(word):
            values.append(("--config", statement(word)))
        elif file is None:
            file = (word, read(word, "--config"))
        else:
            raise exits.Misuse("--config names two files")
    lines = [
        f"{key} = [{', '.join(map(quoted, listed))}]"
        for key in LISTS
        if (listed := parted(words.get(key.replace("-", "_")) or ()))
    ]
    if words.get("profile") is not None:
        lines.append(f"profile = {quoted(words['profile'])}")
    if lines:
        values.append(("--", "\n".join(lines)))
    return Given(file, tuple(values)) if file or values else NOTHING


def is_statement(word: str) -> bool:
    """Tell KEY=VALUE from a file."""
    import re  # only who says something pays for it

    return re.match(STATEMENT, word) is not None


def parted(words: Sequence[str]) -> list[str]:
    """Part codes at commas."""
    return [code.strip() for word in words for code in word.split(",") if code.strip()]


def statement(word: str) -> str:
    """Give KEY=VALUE as TOML; a value that is none is taken as text."""
    import tomllib

    key, _, value = word.partition("=")
    try:
        tomllib.loads(f"x ={value}")
    except tomllib.TOMLDecodeError:
        return f"{key} = {quoted(value.strip())}"
    return f"{key} ={value}"


def quoted(text: str) -> str:
    """Write a text as TOML does."""
    import json

    return json.dumps(text)


def read(path: str, option: str) -> bytes:
    """Read a file that an option names."""
    from pathlib import Path

    try:
        return Path(path).read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise exits.Failure(f"{option}: cannot read `{path}`: {why}") from None


def asked(words: Values, source: Source, repository: str) -> tuple[Source, Asked]:
    """Give what options ask, and the source with the baseline that it names."""
    from meshc.policy.judging import Asked

    settings = given(words)
    known: Baseline | None = None
    file, revision = words.get("baseline"), words.get("baseline_ref")
    if file and revision:
        raise exits.Misuse("give one of --baseline and --baseline-ref")
    if file:
        source, settings, known = with_baseline(source, repository, file, settings)
    elif revision:
        known = at_revision(source, repository, revision, settings)
    return source, Asked(settings, day(words.get("at")), known)


def day(word: str | None) -> str:
    """Give a day as ISO 8601 writes it; today in UTC where none is named."""
    if word is None:
        return time.strftime("%Y-%m-%d", time.gmtime())
    from meshc.policy.suppressions import is_day

    if not is_day(word):
        raise exits.Failure(f"--at: `{word}` is no day; write it as `2027-01-31`")
    return word


def with_baseline(
    source: Source, repository: str, file: str, settings: Given
) -> tuple[Source, Given, Baseline | None]:
    """Take a baseline by its path: inside the repository as if its settings named it."""
    from pathlib import Path

    from meshc.policy import baseline
    from meshc.policy.settings import Given

    content = read(file, "--baseline")
    path, root = Path(file).resolve(), Path(repository).resolve()
    if not path.is_relative_to(root):
        return source, settings, baseline.decode(file, content)
    inner = path.relative_to(root).as_posix()
    values = (*settings.values, ("--", f"baseline = {quoted(inner)}"))
    return (
        replace(source, files=source.files.changed([(inner, content)])),
        Given(settings.file, values),
        None,
    )


def at_revision(source: Source, repository: str, revision: str, settings: Given) -> Baseline:
    """Take what a revision had, judged by the settings of today, as known."""
    from meshc.compiling import lint_files
    from meshc.mesh.sources import Sources
    from meshc.policy import baseline
    from meshc.policy.judging import Asked
    from meshc.policy.settings import settings_of
    from meshc.repo import Revision

    today: Settings = replace(settings_of(source.files, settings), baseline=None)
    files = Revision(repository, revision).files()
    before = lint_files(files, Asked(settings=today))
    return baseline.of(before.findings, Sources(files), revision)


def hidden(suppressed: Sequence[Suppressed]) -> str:
    """Say how many findings are hidden, and by what; empty where none is."""
    if not suppressed:
        return ""
    counts = {by: sum(one.by == by for one in suppressed) for by, _ in WAYS}
    parts = [f"{counts[by]:,} {way}" for by, way in WAYS if counts[by]]
    return f", {len(suppressed):,} suppressed ({', '.join(parts)})"
