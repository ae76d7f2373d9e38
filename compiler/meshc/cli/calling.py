"""Calls a verb; whatever goes wrong becomes one message and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import cast

import click

from meshc.cli import exits
from meshc.cli.verbs import UNLISTED, VERBS
from meshc.mesh import UnknownEnvironment
from meshc.repo.listing import Unreadable
from meshc.repo.toml import SettingsError

INTERRUPTED = 130
"""What a shell shows for a program ended by Ctrl-C."""


def call(verb: str, words: list[str]) -> int:
    """Run a verb with its arguments; gives the exit code."""
    try:
        command = cast("click.Command", import_module((VERBS | UNLISTED)[verb].module).command)
        # Not `command.main`: it answers a closed pipe by ending the process itself.
        with command.make_context(f"meshc {verb}", list(words)) as context:
            code = command.invoke(context)
        sys.stdout.flush()
    except (
        exits.Failure,
        Unreadable,
        SettingsError,
        UnknownEnvironment,
        click.ClickException,
    ) as error:
        return known(error)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has read enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.CLEAN
    except Exception as error:  # the last fence before the user
        if "MESHC_DEBUG" in os.environ:
            raise
        return exits.fail(unforeseen(error))
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


def unforeseen(error: Exception) -> str:
    """Say what happened: what the system refused, or that we made a mistake."""
    if isinstance(error, OSError):
        place = f"`{error.filename}`: " if error.filename else ""
        return f"{place}{(error.strerror or str(error)).lower()}"
    said = " ".join(str(error).split())
    what = f"internal error: {type(error).__name__}: {said}"
    return f"{what} (MESHC_DEBUG=1 shows where; please report it)"


def lowered(message: str) -> str:
    """Bring click's sentences into our form: lower-case start, no full stop."""
    return message[:1].lower() + message[1:].rstrip(".")
