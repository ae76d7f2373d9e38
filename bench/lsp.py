"""From a keystroke to its diagnostics, in a repository of 10,000 services.

    python bench/lsp.py                 10,000 services, 60 keystrokes
    python bench/lsp.py 1000
    python bench/lsp.py --environments 3

A real server process, a real client, both over pipes. A keystroke replaces the text of one open
file: with a reference that leads nowhere, and back again. The figure is the wall time until the
diagnostics that it changes arrive; the server's CPU time for each is beside it. Each Environment
changes a value of one service and is looked at as well.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

import corpus
from compile import optimised

BROKEN = "nobody-at-all"
ENVIRONMENT = """\
apiVersion: meshc.dev/v1
kind: Environment
metadata: {{name: env-{number}}}
spec:
  patches:
    - name: slow
      target: {{kind: ServiceIntent, namespace: {namespace}, name: {name}}}
      merge: {{spec: {{operations: {{list: {{timeout: 9s}}}}}}}}
"""


def cpu_seconds(process: int) -> float:
    """Give the CPU time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def child() -> int:
    """Give the one process that we started."""
    (found,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return int(found)


class Typist:
    """A client with one open file."""

    def __init__(self, folder: Path, path: Path) -> None:
        """Name repository and file."""
        self.folder = folder
        self.uri = str(from_fs_path(str(path)))
        self.text = path.read_text()
        self.client = LanguageClient("bench", "1")
        self.told = asyncio.Event()
        self.version = 0

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: lsp.PublishDiagnosticsParams) -> None:
            if params.uri == self.uri:
                self.told.set()

    async def start(self, environment: dict[str, str]) -> int:
        """Start the server and wait until the whole repository was checked once."""
        client = self.client
        await client.start_io(sys.executable, "-m", "meshc", "lsp", env=environment)
        capabilities = lsp.ClientCapabilities()
        root = from_fs_path(str(self.folder))
        await client.initialize_async(lsp.InitializeParams(capabilities, root_uri=root))
        client.initialized(lsp.InitializedParams())
        item = lsp.TextDocumentItem(self.uri, "yaml", 0, self.text)
        client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        await self.keystroke(self.broken)
        return child()

    @property
    def broken(self) -> str:
        """The text with its first call leading nowhere."""
        before, call, after = self.text.partition("to: ")
        return f"{before}{call}{BROKEN}{after}"

    async def keystroke(self, text: str) -> float:
        """Replace the text; give the seconds until diagnostics of the file arrive."""
        self.told.clear()
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        began = time.monotonic()
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [whole]))
        await self.told.wait()
        return time.monotonic() - began


async def measure(typist: Typist, strokes: int, environment: dict[str, str]) -> None:
    """Type, and print a row."""
    began = time.monotonic()
    process = await typist.start(environment)
    first = time.monotonic() - began
    used = cpu_seconds(process)
    times = [
        await typist.keystroke(typist.text if turn % 2 == 0 else typist.broken)
        for turn in range(strokes)
    ]
    cpu = (cpu_seconds(process) - used) / strokes
    low, middle = (1e3 * one for one in (min(times), statistics.median(times)))
    print(f"| {first:.2f} | {low:.1f} | {middle:.1f} | {1e3 * cpu:.1f} |")
    await typist.client.shutdown_async(None)
    typist.client.exit(None)
    await typist.client.stop()


def main() -> None:
    """Generate a repository, measure, print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("services", nargs="?", type=int, default=10_000)
    parser.add_argument("--strokes", type=int, default=60)
    parser.add_argument("--environments", type=int, default=0)
    args = parser.parse_args()
    print(f"{args.services} services, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}\n")
    print("| first s | keystroke ms min | ms median | server CPU ms |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="meshc-bench-") as name:
        folder = Path(name)
        (folder / "package").mkdir()
        corpus.write(folder / "intents", args.services)
        intents = folder / "intents"
        services = sorted(intents.rglob("svc-*.yaml"))
        for number, service in enumerate(services[: args.environments]):
            text = ENVIRONMENT.format(
                number=number, namespace=service.parent.name, name=service.stem
            )
            (intents / f"env-{number}.yaml").write_text(text)
        path = next(one for one in sorted(intents.rglob("*.yaml")) if "calls:" in one.read_text())
        environment = optimised(folder / "package")
        asyncio.run(measure(Typist(intents, path), args.strokes, environment))


if __name__ == "__main__":
    main()
