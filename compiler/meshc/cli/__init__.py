"""The command line: one file per verb, each imported only when it is called.

Help and version are answered before click is imported, so that they cost less than 100 ms.
"""

from __future__ import annotations

import os
import sys

from meshc.cli import exits
from meshc.cli.verbs import UNLISTED, VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the program and leave; freeing a large mesh object by object would only cost time."""
    exits.leaving()
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or exits.USAGE
    os._exit(code)


def run(words: list[str]) -> int:
    """Answer one command line; gives the exit code."""
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return exits.CLEAN if words else exits.USAGE
    if words[0] in ("-V", "--version"):
        from meshc import __version__

        sys.stdout.write(f"meshc {__version__}\n")
        return exits.CLEAN
    if words[0] not in VERBS and words[0] not in UNLISTED:
        return exits.fail(unknown(words[0]))
    from meshc.cli import calling

    return calling.call(words[0], words[1:])


def usage() -> str:
    """List the verbs."""
    width = max(len(name) for name in VERBS)
    rows = "".join(f"  {name:<{width}}  {one.summary}\n" for name, one in VERBS.items())
    return (
        "Usage: meshc VERB [ARGUMENTS]\n\n"
        "A compiler for service-mesh policy: intent files in Git become one signed snapshot.\n\n"
        f"Verbs:\n{rows}\n"
        "`meshc VERB --help` shows arguments and examples. Begin with `meshc init FOLDER`.\n"
        "Exit codes: 0 clean, 1 findings, 2 usage or internal error, 3 no input,\n"
        "4 unreadable input.\n"
    )


def unknown(word: str) -> str:
    """Say that a verb does not exist, with the nearest ones."""
    from meshc.names import nearest

    near = nearest(word, list(VERBS))
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"`{word}` is no verb{hint} (`meshc --help` lists them)"
