"""The controller as a process, on a real repository."""

from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from controlled import Site

pytestmark = pytest.mark.process
LIMITED = (
    "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2);"
    "from meshd.__main__ import main; sys.exit(main())"
)


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
