"""Calls a verb; whatever goes wrong becomes one message and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import cast

import click

from meshc.cli import exits
from meshc.cli.verbs import VERBS
from meshc.repo.listing import Unreadable
from meshc.repo.settings import SettingsError

INTERRUPTED = 130
"""What a shell shows for a program ended by Ctrl-C."""


def call(verb: str, words: list[str]) -> int:
    """Run a verb with its arguments; gives the exit code."""
    try:
        command = cast("click.Command", import_module(VERBS[verb].module).command)
        code = command.main(args=words, prog_name=f"meshc {verb}", standalone_mode=False)
        sys.stdout.flush()
    except (exits.Failure, Unreadable, SettingsError, click.ClickException) as error:
        return known(error)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has read enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.CLEAN
    except OSError as error:
        if "MESHC_DEBUG" in os.environ:
            raise
        place = f"`{error.filename}`: " if error.filename else ""
        return exits.fail(f"{place}{(error.strerror or str(error)).lower()}")
    except Exception as error:  # the last fence before the user
        if "MESHC_DEBUG" in os.environ:
            raise
        said = " ".join(str(error).split())
        return exits.fail(
            f"internal error: {type(error).__name__}: {said} "
            "(MESHC_DEBUG=1 shows where; please report it)"
        )
    return code if isinstance(code, int) else exits.CLEAN


def known(error: Exception) -> int:
    """Print an error that was foreseen; gives its exit code."""
    if isinstance(error, exits.Failure):
        return exits.fail(str(error), error.code)
    if isinstance(error, Unreadable):
        return exits.fail(str(error), exits.UNREADABLE)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f" (`{error.ctx.command_path} --help` shows the arguments)"
        return exits.fail(lowered(error.format_message()) + hint)
    if isinstance(error, click.ClickException):
        return exits.fail(lowered(error.format_message()))
    return exits.fail(str(error))


def lowered(message: str) -> str:
    """Bring click's sentences into our form: lower-case start, no full stop."""
    return message[:1].lower() + message[1:].rstrip(".")
