"""A real server process, spoken to as editors do."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from typing import Any

    Editor = Any
    Session = Any

pytestmark = pytest.mark.process


def position(text: str, part: str, offset: int = 0) -> lsp.Position:
    """Give the position of the last such part of a text, in UTF-16 units as the client counts."""
    before = text[: text.rindex(part) + offset]
    line = before.rpartition("\n")[2]
    return lsp.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def test_what_is_typed_is_checked_and_never_saved(session: Session) -> None:
    """A mistake in unsaved text is told, and gone with it; the disk stays as it was."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")
        editor.type("web.yaml", text.replace("cart.read", "crat.read"))
        (found,) = await editor.until("web.yaml", lambda codes: codes == ["MC201"])
        assert found.range == lsp.Range(lsp.Position(5, 15), lsp.Position(5, 19))
        assert found.severity == lsp.DiagnosticSeverity.Error
        assert "did you mean `cart`?" in found.message
        editor.type("web.yaml", text)
        await editor.until("web.yaml", lambda codes: codes == [])
        assert (editor.folder / "web.yaml").read_text() == text

    session(work)


def test_a_change_in_one_file_is_told_of_another(session: Session) -> None:
    """Who removes an operation sees at once whom it hurts."""

    async def work(editor: Editor) -> None:
        text = editor.open("cart.yaml")
        editor.type("cart.yaml", text.replace("read", "look"))
        (found,) = await editor.until("web.yaml", lambda codes: codes == ["MC201"])
        assert "`read` is not an operation" in found.message

    session(work)


def test_closing_without_saving_forgets(session: Session) -> None:
    """What was typed and not saved counts no more."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")
        editor.type("web.yaml", text.replace("cart", "crat"))
        await editor.until("web.yaml", bool)
        editor.client.text_document_did_close(
            lsp.DidCloseTextDocumentParams(editor.document("web.yaml"))
        )
        await editor.until("web.yaml", lambda codes: codes == [])

    session(work)


def test_completion_of_references_operations_and_fields(session: Session) -> None:
    """On text that is not finished, and would not be read."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")

        async def proposed(part: str) -> list[str]:
            changed = text.replace("cart.read", part)
            editor.type("web.yaml", changed)
            found = await editor.client.text_document_completion_async(
                lsp.CompletionParams(
                    editor.document("web.yaml"), position(changed, part, len(part))
                )
            )
            return [one.label for one in found]

        assert await proposed("ca") == ["cart"]
        assert await proposed("cart.") == ["cart.read"]
        text = text.replace("{to: cart.read}", "{to: cart, cart.read}")
        assert await proposed("t") == ["timeout", "to"]

    session(work)


def test_completion_keeps_what_stands_around_the_word(session: Session) -> None:
    """The edit covers the whole unfinished word and nothing else."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")
        found = await editor.client.text_document_completion_async(
            lsp.CompletionParams(editor.document("web.yaml"), position(text, "cart.read", 7))
        )
        (edit,) = [one.text_edit for one in found if one.label == "cart.read"]
        assert edit.range == lsp.Range(lsp.Position(5, 15), lsp.Position(5, 24))

    session(work)


def test_hover_shows_callers_and_effective_values(session: Session) -> None:
    """On a reference: who else calls it, what holds, and where that is written."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")
        found = await editor.client.text_document_hover_async(
            lsp.HoverParams(editor.document("web.yaml"), position(text, "cart.read", 6))
        )
        assert "called by 1: shop/web" in found.contents.value
        assert "| operations.read.timeout | `2s` | cart.yaml:8 |" in found.contents.value
        found = await editor.client.text_document_hover_async(
            lsp.HoverParams(editor.document("web.yaml"), position(text, "owner"))
        )
        assert found.contents.value.startswith("**owner** (text)")

    session(work)


def test_definition_and_references(session: Session) -> None:
    """From a call to the declaration, and from the declaration to who names it."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")
        (found,) = await editor.client.text_document_definition_async(
            lsp.DefinitionParams(editor.document("web.yaml"), position(text, "cart.read"))
        )
        assert found.uri == editor.uri("cart.yaml")
        assert found.range.start == lsp.Position(2, 17)
        text = editor.open("cart.yaml")
        found = await editor.client.text_document_references_async(
            lsp.ReferenceParams(
                context=lsp.ReferenceContext(include_declaration=False),
                text_document=editor.document("cart.yaml"),
                position=position(text, "read:"),
            )
        )
        assert [(one.uri, one.range.start.line) for one in found] == [
            (editor.uri("cart.yaml"), 8),
            (editor.uri("web.yaml"), 5),
        ]

    session(work)


def test_rename_changes_every_file_and_counts_as_clients_do(session: Session) -> None:
    """Positions are UTF-16 units: a letter beyond the basic plane counts twice."""

    async def work(editor: Editor) -> None:
        web = editor.folder / "web.yaml"
        # In one step: the server may be reading the folder at this moment.
        new = web.with_suffix(".new")
        new.write_text(web.read_text().replace("  calls: [", "  calls: [ # \U0001f6d2\n    "))
        new.replace(web)
        cart = editor.open("cart.yaml")
        text = cart.replace("from: [web]", 'from: [ # \U0001f6d2 no end\n      "web"]')
        editor.type("cart.yaml", text)
        found = await editor.client.text_document_rename_async(
            lsp.RenameParams(
                editor.document("cart.yaml"), position(text, "web"), new_name="storefront"
            )
        )
        lines = text.splitlines()
        (edit,) = found.changes[editor.uri("cart.yaml")]
        assert lines[edit.range.start.line][edit.range.start.character :].startswith('web"')
        assert edit.new_text == "storefront"
        assert set(found.changes) == {editor.uri("cart.yaml"), editor.uri("web.yaml")}

    session(work)


def test_a_rename_that_breaks_the_mesh_is_refused(session: Session) -> None:
    """A name that is taken, and one that is none."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")
        for new, why in (("web", "would not compile"), ("No Name", "no DNS label")):
            with pytest.raises(JsonRpcException, match=why):
                await editor.client.text_document_rename_async(
                    lsp.RenameParams(
                        editor.document("web.yaml"), position(text, "cart"), new_name=new
                    )
                )

    session(work)


def test_a_file_outside_the_repository_is_nobodys(session: Session) -> None:
    """No answer, no error."""

    async def work(editor: Editor) -> None:
        document = lsp.TextDocumentIdentifier("file:///etc/hosts")
        found = await editor.client.text_document_hover_async(
            lsp.HoverParams(document, lsp.Position(0, 0))
        )
        assert found is None

    session(work)


UNTIDY = """\
kind: ServiceIntent
apiVersion: meshc.dev/v1
metadata: {name: web, namespace: shop}
spec:
    calls: [ {to: cart.read} ]   # größer 🛒
    owner: storefront
"""


def test_formatting_is_what_fmt_writes(session: Session) -> None:
    """Of unsaved text: the edits make of it what `meshc fmt` would, and then there are none."""

    async def work(editor: Editor) -> None:
        options = lsp.FormattingOptions(tab_size=8, insert_spaces=False)

        async def edits() -> list[lsp.TextEdit] | None:
            document = editor.document("web.yaml")
            found = await editor.client.text_document_formatting_async(
                lsp.DocumentFormattingParams(document, options)
            )
            return None if found is None else list(found)

        editor.open("web.yaml")
        for text in (UNTIDY, UNTIDY.rstrip(), UNTIDY + "\n\n"):
            editor.type("web.yaml", text)
            found = await edits()
            assert found
            laid = applied(text, found)
            assert laid == by_command(text)
            assert laid != text
            editor.type("web.yaml", laid)
            assert await edits() == []

    session(work)


def test_formatting_keeps_the_lines_that_stay(session: Session) -> None:
    """One edit covers the lines that change, so that a cursor elsewhere stays where it is."""

    async def work(editor: Editor) -> None:
        text = editor.open("web.yaml")
        editor.type("web.yaml", text.replace("  owner: storefront", "  owner:   storefront"))
        (edit,) = await editor.client.text_document_formatting_async(
            lsp.DocumentFormattingParams(
                editor.document("web.yaml"), lsp.FormattingOptions(tab_size=2, insert_spaces=True)
            )
        )
        assert edit.range == lsp.Range(lsp.Position(4, 0), lsp.Position(5, 0))
        assert edit.new_text == "  owner: storefront\n"

    session(work)


def test_formatting_leaves_alone_what_cannot_be_read(session: Session) -> None:
    """Half a file has no layout; a file outside the repository is nobody's."""

    async def work(editor: Editor) -> None:
        (editor.folder / "meshc.toml").write_text("lint   = {}\n")
        text = editor.open("web.yaml")
        editor.type("web.yaml", text.replace("}]", "}"))
        options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
        for path in ("web.yaml", "../elsewhere.yaml", "meshc.toml"):
            params = lsp.DocumentFormattingParams(editor.document(path), options)
            assert not await editor.client.text_document_formatting_async(params)

    session(work)


def applied(text: str, edits: list[lsp.TextEdit]) -> str:
    """Make edits as a client does: positions are lines and UTF-16 units."""
    lines = text.split("\n")

    def at(position: lsp.Position) -> int:
        before = sum(len(line) + 1 for line in lines[: position.line])
        units = lines[position.line].encode("utf-16-le")[: 2 * position.character]
        return before + len(units.decode("utf-16-le"))

    for edit in sorted(edits, key=lambda edit: at(edit.range.start), reverse=True):
        text = text[: at(edit.range.start)] + edit.new_text + text[at(edit.range.end) :]
    return text


def by_command(text: str) -> str:
    """Give what `meshc fmt -` writes."""
    command = [sys.executable, "-m", "meshc", "fmt", "-"]
    ran = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return ran.stdout.decode()
