"""`meshc lsp`: the language server that editors start."""

from __future__ import annotations

import click

from meshc.cli import exits


@click.command(
    epilog="""\b
Examples:
  meshc lsp                                    what an editor starts

\b
Neovim:
  vim.lsp.config("meshc", {cmd = {"meshc", "lsp"}, filetypes = {"yaml"},
                           root_markers = {"meshc.toml", ".git"}})
  vim.lsp.enable("meshc")
Helix (languages.toml):
  [language-server.meshc]
  command = "meshc"
  args = ["lsp"]"""
)
def command() -> int:
    """Serve one editor over standard input and output, as the Language Server Protocol says.

    Diagnostics come while you type, on text that is not saved; quick fixes, completion of
    references, operations and fields, hover with callers and effective values, definition,
    references, and rename of a service in every file.
    """
    from meshc.editor.features import serve  # the protocol's types cost half a second

    serve()
    return exits.CLEAN
