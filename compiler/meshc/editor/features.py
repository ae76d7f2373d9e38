"""LSP 3.17: the questions of an editor and our answers, one function a method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from meshc.editor import actions, completion, formatting, hover, navigation
from meshc.editor.server import Server
from meshc.editor.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshc.editor.positions import Positions

SORTS: Final = {
    "field": lsp.CompletionItemKind.Field,
    "value": lsp.CompletionItemKind.EnumMember,
    "workload": lsp.CompletionItemKind.Module,
    "operation": lsp.CompletionItemKind.Method,
    "port": lsp.CompletionItemKind.Interface,
    "version": lsp.CompletionItemKind.Value,
    "team": lsp.CompletionItemKind.Unit,
    "word": lsp.CompletionItemKind.Keyword,
}


def serve() -> None:
    """Answer one client over standard input and output until it leaves."""
    make().start_io()


def make() -> Server:
    """Make a server with every feature."""
    server = Server()
    for method, answer, options in FEATURES:
        server.feature(method, options)(answer)
    return server


async def initialized(ls: Server, _: lsp.InitializedParams) -> None:
    """Read the folder that the client works in."""
    if root := ls.workspace.root_path:
        workspace = ls.open(root)
        await ls.changed(Workspace.read)
        if workspace.trouble:
            message = lsp.ShowMessageParams(lsp.MessageType.Error, workspace.trouble)
            ls.window_show_message(message)


async def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    """Lay the text of the editor over the file."""
    await typed(ls, params.text_document.uri)


async def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    """Lay the new text over the file."""
    await typed(ls, params.text_document.uri)


async def typed(ls: Server, uri: str) -> None:
    """Take over the client's text of a file."""
    if (path := ls.path_of(uri)) is not None:
        text = ls.workspace.get_text_document(uri).source.encode()
        await ls.changed(lambda workspace: workspace.write(path, text))


async def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    """Go back to what is on disk."""
    if (path := ls.path_of(params.text_document.uri)) is not None:
        await ls.changed(lambda workspace: workspace.close(path))


async def saved(ls: Server, _: lsp.DidSaveTextDocumentParams) -> None:
    """Read the disk anew."""
    await ls.changed(Workspace.read)


async def moved(ls: Server, _: lsp.DidChangeWatchedFilesParams) -> None:
    """Read the disk anew: a branch was switched, or a file came or went."""
    await ls.changed(Workspace.read)


async def completed(ls: Server, params: lsp.CompletionParams) -> list[lsp.CompletionItem] | None:
    """Propose what may stand here."""

    def asked(
        workspace: Workspace, positions: Positions, path: str, byte: int
    ) -> list[lsp.CompletionItem]:
        found = completion.complete(workspace, path, byte)
        span = positions.of_bytes(path, found.start, found.end)
        return [item(one, span) for one in found.items]

    return await ls.ask_at(params.text_document, params.position, asked)


def item(one: completion.Completion, span: lsp.Range) -> lsp.CompletionItem:
    """Give a proposal as the protocol has it."""
    return lsp.CompletionItem(
        label=one.text,
        kind=SORTS[one.sort],
        detail=one.detail or None,
        documentation=one.documentation or None,
        text_edit=lsp.TextEdit(span, one.insert or one.text),
        filter_text=one.text,
    )


async def hovered(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    """Say what stands under the pointer."""

    def asked(workspace: Workspace, positions: Positions, path: str, byte: int) -> lsp.Hover | None:
        found = hover.hover(workspace, path, byte)
        if found is None:
            return None
        text = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
        return lsp.Hover(text, positions.of_bytes(path, found.start, found.end))

    return await ls.ask_at(params.text_document, params.position, asked)


async def defined(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location] | None:
    """Go to where a name is declared."""
    asked = places(ls, declared=True)
    return await ls.ask_at(params.text_document, params.position, asked)


async def referred(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location] | None:
    """List who refers to a name."""
    asked = places(ls, declared=None if params.context.include_declaration else False)
    return await ls.ask_at(params.text_document, params.position, asked)


def places(
    ls: Server, *, declared: bool | None
) -> Callable[[Workspace, Positions, str, int], list[lsp.Location]]:
    """Give the question for the places of a name: declarations, references, or (None) both."""

    def asked(
        workspace: Workspace, positions: Positions, path: str, byte: int
    ) -> list[lsp.Location]:
        name = navigation.name_at(workspace, path, byte)
        return [
            lsp.Location(ls.uri_of(one.file), positions.of_bytes(one.file, one.start, one.end))
            for one in (navigation.mentions(workspace, name) if name else ())
            if declared in (None, one.declares)
        ]

    return asked


async def fixes(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction] | None:
    """Offer the fixes of what was found here."""

    def asked(
        workspace: Workspace, positions: Positions, path: str, byte: int
    ) -> list[lsp.CodeAction]:
        end = positions.byte(path, params.range.end)
        return [
            lsp.CodeAction(
                title=fix.message,
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[ls.diagnostic(positions, finding)],
                is_preferred=fix.safe,
                edit=ls.workspace_edit(positions, fix.edits),
            )
            for finding, fix in actions.fixes(workspace, path, byte, end)
        ]

    return await ls.ask_at(params.text_document, params.range.start, asked)


async def renameable(ls: Server, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    """Say which bytes a rename would change here."""

    def asked(workspace: Workspace, positions: Positions, path: str, byte: int) -> lsp.Range | None:
        name = navigation.name_at(workspace, path, byte)
        if name is None or name.sort != "workload":
            return None
        return positions.of_bytes(path, name.start, name.end)

    return await ls.ask_at(params.text_document, params.position, asked)


async def renamed(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Rename a service or gateway in every file."""

    def asked(
        workspace: Workspace, positions: Positions, path: str, byte: int
    ) -> lsp.WorkspaceEdit | None:
        name = navigation.name_at(workspace, path, byte)
        if name is None:
            return None
        try:
            edits = navigation.renamed(workspace, name, params.new_name)
        except navigation.NotRenamed as why:
            raise JsonRpcInvalidParams(str(why)) from None
        return ls.workspace_edit(positions, edits)

    return await ls.ask_at(params.text_document, params.position, asked)


async def laid_out(ls: Server, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    """Write a file in its one layout; what the editor asks of tabs and blanks is none of it."""

    def asked(workspace: Workspace, positions: Positions, path: str, _: int) -> list[lsp.TextEdit]:
        return [
            lsp.TextEdit(positions.of_bytes(path, edit.start, edit.end), edit.text)
            for edit in formatting.formatted(workspace, path)
        ]

    return await ls.ask_at(params.text_document, lsp.Position(0, 0), asked)


TRIGGERS: Final = (" ", "[", "{", ".", "/", ",")
FEATURES: Final[tuple[tuple[str, Callable[..., Any], Any], ...]] = (
    (lsp.INITIALIZED, initialized, None),
    (lsp.TEXT_DOCUMENT_DID_OPEN, opened, None),
    (lsp.TEXT_DOCUMENT_DID_CHANGE, changed, None),
    (lsp.TEXT_DOCUMENT_DID_CLOSE, closed, None),
    (lsp.TEXT_DOCUMENT_DID_SAVE, saved, None),
    (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, moved, None),
    (lsp.TEXT_DOCUMENT_COMPLETION, completed, lsp.CompletionOptions(list(TRIGGERS))),
    (lsp.TEXT_DOCUMENT_HOVER, hovered, None),
    (lsp.TEXT_DOCUMENT_DEFINITION, defined, None),
    (lsp.TEXT_DOCUMENT_REFERENCES, referred, None),
    (
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        fixes,
        lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]),
    ),
    (lsp.TEXT_DOCUMENT_FORMATTING, laid_out, None),
    (lsp.TEXT_DOCUMENT_PREPARE_RENAME, renameable, None),
    (lsp.TEXT_DOCUMENT_RENAME, renamed, lsp.RenameOptions(prepare_provider=True)),
)
"""Method, its answer, and what is told the client about it."""
