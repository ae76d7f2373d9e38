"""The controller as a process, on a real repository."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 15.0
CLEAN = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": f"{ROOT}/compiler:{ROOT}/runtime",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
LIMITED = (
    "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2);"
    "from meshd.__main__ import main; sys.exit(main())"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Site:
    """A repository, a state folder, an address."""

    folder: Path
    port: int

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=ann@shop.test", *words],
            cwd=self.folder / "repo",
            check=True,
            capture_output=True,
            text=True,
            env=CLEAN,
        )
        return done.stdout.strip()

    def commit(self, *, signed: bool = True) -> str:
        self.git("add", "-A")
        key = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.folder}/key"]
        words = ["-c", f"commit.gpgsign={str(signed).lower()}", "commit", "-q", "--allow-empty"]
        self.git(*key, *words, "-m", "x")
        return self.git("rev-parse", "HEAD")

    def arguments(self) -> list[str]:
        return [
            *("serve", "--repo", str(self.folder / "repo"), "--state", str(self.state)),
            *("--listen", f"127.0.0.1:{self.port}", "--poll", "0.1"),
            *("--allowed-signers-file", str(self.folder / "signers")),
        ]

    @contextmanager
    def running(self, *start: str) -> Iterator[subprocess.Popen[str]]:
        words = [*(start or ("-m", "meshd")), *self.arguments()]
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, *words], env=CLEAN, stderr=log, text=True, cwd=self.folder
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(SECONDS)
            assert "Traceback" not in self.log()

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def ended(self) -> tuple[int, str]:
        """Run a controller that is to end by itself: its exit code and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "meshd", *self.arguments()],
            env=CLEAN,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=self.folder,
        )
        return done.returncode, done.stderr

    def status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.state / "status.json").read_bytes())
        except FileNotFoundError:
            return {}
        return found

    def until(self, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Wait until the status holds, and give it."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            found = self.status()
            if found and holds(found):
                return found
            threading.Event().wait(0.02)
        raise AssertionError(f"{self.status()}\n{self.log()}")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path, free_port())
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True
    )
    signer = "ann@shop.test " + (tmp_path / "key.pub").read_text()
    (tmp_path / "signers").write_text(signer)
    shutil.copytree(ROOT / "examples/boutique", tmp_path / "repo")
    (tmp_path / "repo/.meshc").mkdir(exist_ok=True)
    (tmp_path / "repo/.meshc/allowed_signers").write_text(signer)
    made.git("init", "-q", "-b", "main")
    return made


def break_a_reference(site: Site) -> None:
    file = site.folder / "repo/shop/frontend.yaml"
    file.write_text(file.read_text().replace("to: cart", "to: no-such-service", 1))


def test_good_commits_become_the_mesh_bad_ones_are_refused_and_height_survives(site: Site) -> None:
    first = site.commit()
    with site.running():
        assert site.until(lambda now: now["commit"] == first)["height"] == 1
        good = (site.folder / "repo/shop/frontend.yaml").read_text()
        break_a_reference(site)
        assert "no-such-service" in (site.folder / "repo/shop/frontend.yaml").read_text()
        broken = site.commit()
        now = site.until(lambda now: now["lastRefusal"])
        assert now["lastRefusal"]["commit"] == broken
        assert "MC201" in now["lastRefusal"]["text"]
        assert "shop/frontend.yaml" in now["lastRefusal"]["text"]
        assert (now["commit"], now["height"]) == (first, 1)
        (site.folder / "repo/shop/frontend.yaml").write_text(good)
        mended = site.commit()
        now = site.until(lambda now: now["commit"] == mended)
        assert (now["height"], now["lastRefusal"]) == (2, None)
    with site.running():
        now = site.until(lambda now: now["startedAt"] > 0 and now["height"] == 2)
        unsigned = site.commit(signed=False)
        now = site.until(lambda now: now["lastRefusal"])
        assert now["lastRefusal"] == {
            "commit": unsigned,
            "text": f"commit {unsigned[:12]} carries no signature",
        }
        assert (now["commit"], now["height"]) == (mended, 2)


def test_git_variables_of_whoever_started_it_mean_nothing(site: Site) -> None:
    first = site.commit()
    variables = {"GIT_DIR": "/nonexistent", "GIT_OBJECT_DIRECTORY": "/nonexistent"}
    script = f"import os, sys; os.environ.update({variables}); from meshd.__main__ import main"
    with site.running("-c", f"{script}; sys.exit(main())"):
        now = site.until(lambda now: now["commit"] or now["lastRefusal"])
        assert (now["commit"], now["lastRefusal"]) == (first, None)


def test_a_disk_that_fills_up_leaves_the_last_snapshot_and_says_so(site: Site) -> None:
    first = site.commit()
    with site.running():
        site.until(lambda now: now["commit"] == first)
    frontend = site.folder / "repo/shop/frontend.yaml"
    frontend.write_text("# one line more: every place moves\n" + frontend.read_text())
    second = site.commit()
    # Too little for the manifest, enough for the status and for what git fetches.
    (envelope,) = (site.state / "manifests").iterdir()
    limit = str(envelope.stat().st_size - 100)
    with site.running("-B", "-c", LIMITED, limit):
        now = site.until(lambda now: now["lastRefusal"])
        assert "cannot be stored" in now["lastRefusal"]["text"]
        assert "the last one stays" in now["lastRefusal"]["text"]
        assert (now["commit"], now["height"]) == (first, 1)
    with site.running():  # there is space again, and nobody told it
        assert site.until(lambda now: now["commit"] == second)["height"] == 2


def test_what_cannot_be_fetched_is_said_and_tried_again(site: Site) -> None:
    with site.running():  # the repository has no commit yet
        now = site.until(lambda now: now["problem"])
        assert "refs/heads/main" in now["problem"]
        assert site.log().count("refs/heads/main") == 1
        (site.folder / "signers").rename(site.folder / "away")
        first = site.commit()
        now = site.until(lambda now: "allowed signers" in (now["problem"] or ""))
        assert now["commit"] is None
        (site.folder / "away").rename(site.folder / "signers")
        site.until(lambda now: now["commit"] == first and now["problem"] is None)


def test_what_is_no_repository_is_said(site: Site) -> None:
    shutil.rmtree(site.folder / "repo")
    (site.folder / "repo").mkdir()
    with site.running():
        assert "repo" in site.until(lambda now: now["problem"])["problem"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("state.json", "{"),
        ("state.json", '{"commit": "a", "height": "b", "manifest": "c"}'),
        ("manifests", None),
        ("blobs", None),
        ("signing.key", "no key"),
    ],
)
def test_a_damaged_state_is_one_clear_line(site: Site, file: str, content: str | None) -> None:
    first = site.commit()
    with site.running():
        site.until(lambda now: now["commit"] == first)
    path = site.state / file
    if content is None:
        for one in path.iterdir():
            one.unlink()
    else:
        path.write_text(content)
    code, said = site.ended()
    assert code == 1
    assert said.startswith("error: ")
    assert len(said.splitlines()) == 1
    assert str(site.state) in said


def test_a_port_in_use_is_named(site: Site) -> None:
    site.commit()
    with socket.create_server(("127.0.0.1", site.port)):
        code, said = site.ended()
    assert code == 1
    assert f"error: cannot listen on 127.0.0.1:{site.port}: address already in use\n" in said


def test_a_state_folder_that_cannot_be_made_is_named(site: Site) -> None:
    site.state.write_text("a file is in the way")
    code, said = site.ended()
    assert code == 1
    assert said == f"error: `{site.state}`: file exists\n"
