"""`meshc lint`: check a repository."""

from __future__ import annotations

import gc
import sys
import time

import click

from meshc.cli import exits, outputs, showing, source
from meshc.findings import Severity


@click.command(
    epilog="""\b
Examples:
  meshc lint                          the folder you are in
  meshc lint shop --format concise    one line a finding
  meshc lint --rev HEAD~1 --fail-on warning
  meshc lint --format json | jq '.findings[].code'
  meshc lint --output full --output sarif:build/lint.sarif    both in one run

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 3 no intent, 4 unreadable input
with --strict-inputs. They are the same in every format."""
)
@source.argument
@source.revision_option
@outputs.output_option
@outputs.format_option
@outputs.limit_option
@click.option(
    "--fail-on",
    type=click.Choice([str(one) for one in Severity]),
    help="Exit with 1 from this severity on [default: error, or what meshc.toml says].",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option("--strict-inputs", is_flag=True, help="Exit with 4 if a file cannot be read.")
@outputs.colour_option
def command(  # noqa: PLR0913 - click gives each option a parameter
    *,
    repository: str,
    rev: str | None,
    written: tuple[str, ...],
    form: str | None,
    limit: int | None,
    fail_on: str | None,
    exit_zero: bool,
    strict_inputs: bool,
    color: str,
) -> int:
    """Check a repository of intents and show what is wrong, where, and what to do about it."""
    gc.disable()  # one pass over data that lives until the end
    began = time.perf_counter()
    from meshc.compiling import lint_files

    wanted = outputs.wanted(written, form)
    read = source.read(repository, rev, strict=strict_inputs)
    with showing.progress(f"checking {len(read.files)} files"):
        linted = lint_files(read.files)
    threshold = Severity(fail_on) if fail_on else linted.settings.fail_on
    run = outputs.run(linted, read.files, threshold)
    outputs.write(wanted, run, repository, outputs.Taste(color, limit))
    sys.stdout.flush()
    sys.stderr.write(outputs.closing(run, len(read.files), time.perf_counter() - began))
    failed = any(run.fails(one) for one in linted.findings)
    return exits.FINDINGS if failed and not exit_zero else exits.CLEAN
