"""Calls a verb; whatever goes wrong becomes one message and an exit code, never a traceback."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

from meshc.cli import exits
from meshc.cli.verbs import UNLISTED, VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    import click

    from meshc.cli.option import Values

INTERRUPTED: Final = 130
"""What a shell shows for a program ended by Ctrl-C."""


def call(verb: str, words: list[str]) -> int:
    """Run a verb with its arguments; gives the exit code."""
    try:
        code = run(verb, words)
        sys.stdout.flush()
    except exits.Misuse as error:
        return exits.fail(f"{error}{hint(f'meshc {verb}')}")
    except exits.Failure as error:
        return exits.fail(str(error), error.code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has read enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.CLEAN
    except Exception as error:  # the last fence before the user
        foreseen = known(error)
        if foreseen is None and "MESHC_DEBUG" in os.environ:
            raise
        return exits.fail(unforeseen(error)) if foreseen is None else foreseen
    return code


def run(verb: str, words: list[str]) -> int:
    """Run a verb: without click where it is certain what the words mean."""
    one = (VERBS | UNLISTED)[verb]
    if one.plain:
        gc.disable()  # one pass over modules and data that live until the end
        from meshc.cli import option

        module = import_module(one.plain)
        values = option.plain(words, module.OPTIONS)
        if values is not None:
            act: Callable[[Values], int] = module.run
            return act(values)
    command: click.Command = import_module(one.module).command
    # Not `command.main`: it answers a closed pipe by ending the process itself.
    with command.make_context(f"meshc {verb}", list(words)) as context:
        code = command.invoke(context)
    return code if isinstance(code, int) else exits.CLEAN


def known(error: Exception) -> int | None:
    """Print an error that was foreseen; gives its exit code. Nothing for any other."""
    import click

    from meshc.mesh import UnknownEnvironment
    from meshc.repo.listing import Unreadable
    from meshc.repo.toml import SettingsError

    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        return INTERRUPTED
    if isinstance(error, Unreadable | SettingsError | UnknownEnvironment):
        refused = isinstance(error, Unreadable)
        return exits.fail(str(error), exits.UNREADABLE if refused else exits.USAGE)
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        said = lowered(error.format_message())
        return exits.fail(said + (hint(context.command_path) if context else ""))
    return None


def hint(called: str) -> str:
    """Say where a verb's arguments are listed."""
    return f" (`{called} --help` shows the arguments)"


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
