"""Every verb with the module that answers it; nothing here imports one of them."""

from __future__ import annotations

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the command line."""

    module: str
    summary: str
    plain: str = ""
    """A module with `OPTIONS` and `run`, where click may be left out (`meshc.cli.option`).

    Such a verb is over soon: the garbage collector is off.
    """


VERBS: Final = {
    "init": Verb("meshc.cli.init", "write a small, working repository"),
    "lint": Verb(
        "meshc.cli.lint",
        "check a repository and show what is wrong with it",
        plain="meshc.cli.linting",
    ),
    "baseline": Verb("meshc.cli.baseline", "keep findings that are known already"),
    "suppress": Verb("meshc.cli.suppress", "hide single findings by comments that say why"),
    "config": Verb("meshc.cli.config", "show the settings that hold, and where they stand"),
    "fmt": Verb("meshc.cli.fmt", "write intent files in one layout"),
    "compile": Verb("meshc.cli.compiling", "compile a repository to a snapshot"),
    "render": Verb("meshc.cli.render", "show what holds, and where each value comes from"),
    "eval": Verb("meshc.cli.evaluate", "decide requests as the mesh would"),
    "test": Verb("meshc.cli.testing", "run the PolicyTests of a repository"),
    "explain": Verb("meshc.cli.explain", "explain a rule, a kind, a field, or the defaults"),
    "schema": Verb("meshc.cli.schema", "print the language as JSON Schema or CRDs"),
    "lsp": Verb("meshc.cli.lsp", "serve an editor: diagnostics, completion, rename"),
    "up": Verb("meshc.cli.up", "start a controller on a repository"),
    "down": Verb("meshc.cli.down", "stop a controller"),
    "status": Verb("meshc.cli.status", "show what a controller and its proxies enforce"),
    "proxy": Verb("meshc.cli.proxy", "run one proxy in the foreground, without a controller"),
    "identity": Verb(
        "meshc.cli.identity", "issue a certificate for a workload, for curl and tests"
    ),
    "demo": Verb("meshc.cli.demo", "show the whole mesh at work, in about a minute"),
}
"""Verb to module; the module's `command` is a click command that gives the exit code."""
UNLISTED: Final = {
    "rule": Verb("meshc.cli.rule", "begin a new rule"),
}
"""The same for verbs that only whoever works on meshc needs; no help lists them."""
