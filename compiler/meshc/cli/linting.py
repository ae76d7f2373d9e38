"""What `meshc lint` does; its page is `meshc.cli.lint`.

Nothing that this imports takes long to import, for a hook that lints one file does little else: no
`click`, `dataclasses`, `enum`, `json`, `pathlib`, `re` or `typing`, which a test holds.
"""

from __future__ import annotations

import sys
import time

from meshc.cli import caching, counting, exits, fixing, outputs, showing, source
from meshc.cli.option import Option
from meshc.findings import SEVERITIES, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from meshc.cache.findings import KeptFindings
    from meshc.change.rounds import Lint, Mended
    from meshc.cli.option import Values
    from meshc.cli.source import Source
    from meshc.compiling import Linted
    from meshc.policy.judging import Asked

OPTIONS: Final = (
    source.REVISION,
    source.ENVIRONMENT,
    *counting.OPTIONS,
    *caching.OPTIONS,
    *outputs.OPTIONS,
    Option(
        "--fail-on",
        "Exit with 1 from this severity on [default: error, or what meshc.toml says].",
        choices=tuple(SEVERITIES),
    ),
    Option("--exit-zero", "Exit with 0 whatever was found.", flag=True),
    Option("--fix", "Make the safe fixes, then show what is left.", flag=True),
    Option("--unsafe-fixes", "With --fix or --diff: every other fix too.", flag=True),
    Option("--diff", "Show what --fix would change; write nothing.", flag=True),
    Option("--strict-inputs", "Exit with 4 if a file cannot be read.", flag=True),
    outputs.COLOUR,
)


def run(values: Values) -> int:
    """Lint as the options say; gives the exit code."""
    began = time.perf_counter()
    repository: str = values["repository"]
    wanted = outputs.wanted(values["written"], values["form"])
    fixing.refuse_misuse(
        fix=values["fix"],
        unsafe_fixes=values["unsafe_fixes"],
        diff=values["diff"],
        rev=values["rev"],
    )
    keeping = not (values["fix"] or values["diff"] or values["no_cache"])
    kept = caching.kept(values["cache_dir"], repository) if keeping else None
    read, asked = taken(values, kept)
    if values["diff"]:
        return fixing.show(read, linter(values, asked), unsafe=values["unsafe_fixes"])
    with showing.progress(f"checking {len(read.files)} files"):
        linted, mended = found(values, read, asked, kept)
    exits.keep(read, linted)
    threshold = Severity(values["fail_on"]) if values["fail_on"] else linted.settings.fail_on
    done = outputs.run(linted, threshold)
    outputs.write(wanted, done, repository, outputs.Taste(values["color"], values["limit"]))
    sys.stdout.flush()
    source.hold(read.files, read.commit)
    caching.hold(kept)
    if mended:
        fixing.say(mended, "fixed")
    sys.stderr.write(outputs.closing(done, len(linted.files), time.perf_counter() - began))
    failed = any(done.fails(one) for one in linted.findings)
    return exits.FINDINGS if failed and not values["exit_zero"] else exits.CLEAN


def taken(values: Values, kept: KeptFindings | None) -> tuple[Source, Asked]:
    """Read what is to be linted, and what options ask of it."""
    repository, revision = values["repository"], values["rev"]
    known = kept.files(source.sort(revision)) if kept else None
    read = source.read(repository, revision, strict=values["strict_inputs"], known=known)
    return counting.asked(values, read, repository)


def found(
    values: Values, read: Source, asked: Asked, kept: KeptFindings | None
) -> tuple[Linted, Mended | None]:
    """Lint what was read, and with `--fix` mend it first."""
    if values["fix"]:
        lint = linter(values, asked)
        mended = fixing.apply(read, values["repository"], lint, unsafe=values["unsafe_fixes"])
        return mended.state.linted, mended
    from meshc.compiling import lint_files

    linted = lint_files(read.files, asked, environment=values["env"], kept=kept)
    if kept:
        kept.keep_files(read.files, source.sort(values["rev"]))
    return linted, None


def linter(values: Values, asked: Asked) -> Lint:
    """Give what lints files, as often as fixes change them."""
    from meshc.compiling import lint_files

    return lambda files: lint_files(files, asked, environment=values["env"])
