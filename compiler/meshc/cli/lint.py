"""`meshc lint`: check a repository."""

from __future__ import annotations

import gc
import sys

import click

from meshc import report
from meshc.cli import exits, showing, source
from meshc.findings import Severity


@click.command(
    epilog="""\b
Examples:
  meshc lint                          the folder you are in
  meshc lint shop --format concise    one line a finding
  meshc lint --rev HEAD~1 --fail-on warning
  meshc lint --env prod               one Environment; left out: the base and each of them
  meshc lint --format json | jq '.findings[].code'

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 3 no intent, 4 unreadable input
with --strict-inputs. They are the same in every format."""
)
@source.argument
@source.revision_option
@source.environment_option
@click.option(
    "--format",
    "form",
    type=click.Choice(report.FORMATS),
    default="full",
    help="How findings are written.",
)
@click.option(
    "--fail-on",
    type=click.Choice([str(one) for one in Severity]),
    help="Exit with 1 from this severity on [default: error, or what meshc.toml says].",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option("--strict-inputs", is_flag=True, help="Exit with 4 if a file cannot be read.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours."
)
def command(  # noqa: PLR0913 - click gives each option a parameter
    *,
    repository: str,
    rev: str | None,
    env: str | None,
    form: str,
    fail_on: str | None,
    exit_zero: bool,
    strict_inputs: bool,
    color: str,
) -> int:
    """Check a repository of intents and show what is wrong, where, and what to do about it."""
    gc.disable()  # one pass over data that lives until the end
    from meshc.compiling import lint_files

    read = source.read(repository, rev, strict=strict_inputs)
    with showing.progress(f"checking {len(read.files)} files"):
        linted = lint_files(read.files, env)
    colour = form == "full" and showing.coloured(color, sys.stdout)
    sys.stdout.write(showing.text(form, linted.findings, read.files, colour=colour))
    if form != "json":
        sys.stdout.flush()
        sys.stderr.write(f"{report.summary(linted.findings)} in {len(read.files)} files\n")
    threshold = Severity(fail_on) if fail_on else linted.settings.fail_on
    failed = any(one.severity.reaches(threshold) for one in linted.findings)
    return exits.FINDINGS if failed and not exit_zero else exits.CLEAN
