"""`meshc lint`: check a repository."""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING

import click

from meshc.cli import caching, counting, exits, fixing, outputs, showing, source
from meshc.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshc.compiling import Linted
    from meshc.repo import File


@click.command(
    epilog="""\b
Examples:
  meshc lint                          the folder you are in
  meshc lint shop --format concise    one line a finding
  meshc lint --rev HEAD~1 --fail-on warning
  meshc lint --env prod               one Environment; left out: the base and each of them
  meshc lint --format json | jq '.findings[].code'
  meshc lint --output full --output sarif:build/lint.sarif    both in one run
  meshc lint --diff                   what --fix would change, as a patch
  meshc lint --fix                    change it
  meshc lint --fix --unsafe-fixes     and what may change what the mesh does

\b
A safe fix leaves what is compiled as it is, byte for byte; that is checked by compiling, before
anything is written. A fix that fails the check is left out, and said.

\b
Exit codes: 0 nothing at or above --fail-on (with --fix: left), 1 findings (with --diff: something
to change), 2 usage, 3 no intent, 4 unreadable input with --strict-inputs. They are the same in
every format."""
)
@source.argument
@source.revision_option
@source.environment_option
@counting.options
@caching.options
@outputs.output_option
@outputs.format_option
@outputs.limit_option
@click.option(
    "--fail-on",
    type=click.Choice([str(one) for one in Severity]),
    help="Exit with 1 from this severity on [default: error, or what meshc.toml says].",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option("--fix", is_flag=True, help="Make the safe fixes, then show what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: every other fix too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--strict-inputs", is_flag=True, help="Exit with 4 if a file cannot be read.")
@outputs.colour_option
def command(  # noqa: PLR0913 - click gives each option a parameter
    *,
    repository: str,
    rev: str | None,
    env: str | None,
    written: tuple[str, ...],
    form: str | None,
    limit: int | None,
    fail_on: str | None,
    exit_zero: bool,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    strict_inputs: bool,
    color: str,
    cache_dir: str | None,
    no_cache: bool,
) -> int:
    """Check a repository of intents and show what is wrong, where, and what to do about it."""
    gc.disable()  # one pass over data that lives until the end
    began = time.perf_counter()
    from meshc.compiling import lint_files

    wanted = outputs.wanted(written, form)
    if fix or diff or unsafe_fixes:
        fixing.refuse_misuse(fix=fix, unsafe_fixes=unsafe_fixes, diff=diff, rev=rev)
    read, asked = counting.asked(source.read(repository, rev, strict=strict_inputs), repository)

    def lint(files: Sequence[File]) -> Linted:
        return lint_files(files, asked, environment=env)

    if diff:
        return fixing.show(read, lint, unsafe=unsafe_fixes)
    files, mended = read.files, None
    with showing.progress(f"checking {len(files)} files"):
        if fix:
            mended = fixing.apply(read, repository, lint, unsafe=unsafe_fixes)
            files, linted = mended.state.files, mended.state.linted
        else:
            kept = caching.kept(cache_dir, repository, off=no_cache)
            linted = lint_files(files, asked, environment=env, kept=kept)
    threshold = Severity(fail_on) if fail_on else linted.settings.fail_on
    run = outputs.run(linted, files, threshold)
    outputs.write(wanted, run, repository, outputs.Taste(color, limit))
    sys.stdout.flush()
    if mended:
        fixing.say(mended, "fixed")
    sys.stderr.write(outputs.closing(run, len(files), time.perf_counter() - began))
    failed = any(run.fails(one) for one in linted.findings)
    return exits.FINDINGS if failed and not exit_zero else exits.CLEAN
