"""Fixtures of the process tests of the controller."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "proxy"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from controlled import ROOT, Site, free_port


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a repository of the shop, with a signing key that may sign."""
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
