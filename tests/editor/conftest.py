"""An editor: a language client that starts the server as a process and listens to it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds until a test gives up on an answer; never a wait in itself."""


class Editor:
    """A client of one server, and the diagnostics it was last told of each file."""

    def __init__(self, folder: Path) -> None:
        """Name the folder that is open."""
        self.folder = folder
        self.client = LanguageClient("test", "1")
        self.told: dict[str, list[lsp.Diagnostic]] = {}
        self._news = asyncio.Event()
        self._version = 0

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: lsp.PublishDiagnosticsParams) -> None:
            self.told[params.uri] = list(params.diagnostics)
            self._news.set()

    def uri(self, path: str) -> str:
        """Give the URI of a file."""
        return str(from_fs_path(str(self.folder / path)))

    def document(self, path: str) -> lsp.TextDocumentIdentifier:
        """Name a file as requests do."""
        return lsp.TextDocumentIdentifier(self.uri(path))

    async def start(self) -> None:
        """Start the server and shake hands."""
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime"}
        await self.client.start_io(sys.executable, "-m", "meshc", "lsp", env=environment)
        await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(), root_uri=from_fs_path(str(self.folder))
            )
        )
        self.client.initialized(lsp.InitializedParams())

    async def stop(self) -> None:
        """Take leave as the protocol says."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    def open(self, path: str) -> str:
        """Open a file as it is on disk; gives its text."""
        text = (self.folder / path).read_text()
        item = lsp.TextDocumentItem(self.uri(path), "yaml", 0, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return text

    def type(self, path: str, text: str) -> None:
        """Replace the text of an open file without saving it."""
        self._version += 1
        document = lsp.VersionedTextDocumentIdentifier(version=self._version, uri=self.uri(path))
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def until(self, path: str, wanted: Callable[[list[str]], bool]) -> list[lsp.Diagnostic]:
        """Wait until the codes of the errors told of a file are as wanted; gives the errors."""
        async with asyncio.timeout(PATIENCE):
            while True:
                told = self.told.get(self.uri(path), [])
                found = [one for one in told if one.severity == lsp.DiagnosticSeverity.Error]
                if wanted([str(one.code) for one in found]):
                    return found
                self._news.clear()
                await self._news.wait()


Session = "Callable[[Callable[[Editor], Awaitable[None]]], None]"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Give a function that runs one session of an editor on a small mesh."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    def run(work: Callable[[Editor], Awaitable[None]]) -> None:
        async def whole() -> None:
            editor = Editor(tmp_path)
            await editor.start()
            try:
                await work(editor)
            finally:
                await editor.stop()

        asyncio.run(whole())

    return run


FILES = {
    "mesh.yaml": """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  namespaces: [{name: shop}]
""",
    "web.yaml": """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  owner: storefront
  calls: [{to: cart.read}]
""",
    "cart.yaml": """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: orders
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"], timeout: 2s}
  allow: [{from: [web], operations: [read]}]
""",
}
