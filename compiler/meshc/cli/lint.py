"""`meshc lint`: check a repository."""

from __future__ import annotations

from typing import Any

import click

from meshc.cli import clicking, linting


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
@clicking.repository
@clicking.taking(*linting.OPTIONS)
def command(**values: Any) -> int:  # noqa: ANN401 - what `linting.OPTIONS` says
    """Check a repository of intents and show what is wrong, where, and what to do about it."""
    return linting.run(values)
