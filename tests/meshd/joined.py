"""Proxies that join a running controller: what process tests start and ask."""

from __future__ import annotations

import http.client
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from bed import WAIT, binary, until
from controlled import CLEAN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from controlled import Site


@contextmanager
def proxy(site: Site, workload: str, address: str) -> Iterator[Path]:
    """Run a proxy that joins with a token; gives its state folder once it is ready."""
    folder = site.folder / workload.replace("/", ".")
    folder.mkdir(exist_ok=True)
    token = [sys.executable, "-m", "meshd", "token", "--state", str(site.state), workload]
    secret = subprocess.run(token, env=CLEAN, check=True, capture_output=True).stdout
    (folder / "token").write_bytes(secret)
    command = [
        *(binary(), "--state", str(folder), "--workload", workload, "--address", address),
        *("--app", address, "--admin", f"{address}:15000", "--outbound", f"{address}:15001"),
        *("--controller", f"127.0.0.1:{site.port}", "--threads", "1"),
        *("--trust-bundle", str(site.state / "ca/root.pem")),
        *("--snapshot-key", str(site.state / "signing.pub")),
        *("--join-token-file", str(folder / "token")),
    ]
    with (folder / "errors").open("ab") as errors:
        process = subprocess.Popen(command, stderr=errors)
    try:
        until("ready", lambda: ask(address, "/ready")[0] == 200)
        yield folder
    finally:
        process.terminate()
        assert process.wait(WAIT) == 0, (folder / "errors").read_text()


def ask(address: str, path: str) -> tuple[int, str]:
    """Ask an admin port; 0 while there is none."""
    try:
        with closing(http.client.HTTPConnection(address, 15000, timeout=WAIT)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
    except ConnectionError:
        return 0, ""
