"""`--fix`, `--unsafe-fixes` and `--diff` of `meshc lint`."""

from __future__ import annotations

import sys

from meshc.cli import exits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from meshc.change.rounds import Lint, Mended
    from meshc.cli.source import Source


def refuse_misuse(*, fix: bool, unsafe_fixes: bool, diff: bool, rev: str | None) -> None:
    """Fail on options that do not go together."""
    if rev is not None and fix:
        raise exits.Failure("`--fix` writes files, and a revision has none; leave out `--rev`")
    if unsafe_fixes and not (fix or diff):
        raise exits.Failure("`--unsafe-fixes` goes with `--fix` or `--diff`")
    if fix and diff:
        raise exits.Failure("`--fix` writes and `--diff` only shows; give one of them")


def show(source: Source, lint: Lint, *, unsafe: bool) -> int:
    """Show as a diff what would be fixed; 1 if there is something."""
    from meshc.change.rounds import mend
    from meshc.change.writing import changes, diff

    done = mend(source.files, lint, unsafe=unsafe)
    changed = changes(source.files, done.state.files)
    sys.stdout.write(diff(changed))
    sys.stdout.flush()
    say(done, "would be fixed")
    return exits.FINDINGS if changed else exits.CLEAN


def apply(source: Source, repository: str, lint: Lint, *, unsafe: bool) -> Mended:
    """Fix what can be fixed and write it; fails with 2 if a file cannot be written."""
    from meshc.change.rounds import mend
    from meshc.change.writing import Unwritten, changes, write

    done = mend(source.files, lint, unsafe=unsafe)
    for path, old, new in changes(source.files, done.state.files):
        try:
            write(repository, path, old, new)
        except Unwritten as why:
            raise exits.Failure(f"{why}; the files before it are fixed") from None
    return done


def say(done: Mended, verb: str) -> None:
    """Say what was refused, and how much was done."""
    for one in done.refused:
        sys.stderr.write(f"warning: {one}\n")
    sys.stderr.write(f"{done.summary(verb)}\n")
