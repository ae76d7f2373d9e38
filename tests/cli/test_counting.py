"""Options and verbs that say which findings count, as whole processes."""

import json
import subprocess
from pathlib import Path

import pytest
from verb import meshc

OPEN = """\
---
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: stock, namespace: shop}
spec:
  owner: orders
  ports: [{name: api, port: 8080, protocol: http}]
"""
HIDDEN = OPEN.replace("metadata:", "# meshc: ignore[MC502] reason: x until: 2027-01-31\nmetadata:")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    assert meshc("init", "shop", cwd=tmp_path).returncode == 0
    folder = tmp_path / "shop"
    add(folder, OPEN)
    return folder


def add(folder: Path, text: str) -> None:
    with (folder / "shop/cart.yaml").open("a") as file:
        file.write(text)


def codes(folder: Path, *words: str) -> list[str]:
    done = meshc("lint", "--format", "json", *words, cwd=folder)
    assert done.returncode in {0, 1}, done.stderr
    return [one["code"] for one in json.loads(done.stdout)["findings"]]


def test_rules_are_chosen_on_the_command_line(shop: Path) -> None:
    assert codes(shop) == ["MC212", "MC502"]
    assert codes(shop, "--select", "MC5") == ["MC502"]
    assert codes(shop, "--select", "MC5,MC6", "--extend-select", "MC212") == ["MC212", "MC502"]
    assert codes(shop, "--ignore", "MC2", "--ignore", "MC502") == []
    (shop / "meshc.toml").write_text('ignore = ["MC502"]\n')
    assert codes(shop) == ["MC212"]
    assert codes(shop, "--select", "MC502") == ["MC502"]
    assert codes(shop, "--config", 'ignore=["MC212"]') == []


def test_values_and_files_lie_over_the_repository(shop: Path) -> None:
    assert meshc("lint", "--config", "fail-on=warning", cwd=shop).returncode == 1
    assert (
        meshc("lint", "--config", "fail-on=warning", "--fail-on", "error", cwd=shop).returncode == 0
    )
    (shop.parent / "ci.toml").write_text('ignore = ["ALL"]\n')
    assert codes(shop, "--config", "../ci.toml") == []
    done = meshc("config", "--config", "../ci.toml", "--profile", "strict", cwd=shop)
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[:3] == [
        ["key", "value", "from"],
        ["ignore", "ALL", "../ci.toml:1"],
        ["profile", "strict", "--profile"],
    ]
    assert ["fail-on", "error", "default"] in rows


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--select", "MC5O2"],
            "error: --select: `MC5O2` is no rule or group of rules; did you mean",
        ),
        (["--ignore", "MC201"], "error: --ignore: `MC201` (unknown-service) cannot be silenced"),
        (["--profile", "soft"], "error: --profile: `profile` is one of default, strict"),
        (["--config", "nowhere.toml"], "error: --config: cannot read `nowhere.toml`: no such file"),
        (["--config", "fail-on=3"], "error: --config: `fail-on` is one of error, warning, info"),
        (["--config", "x=1"], "error: --config: unknown key `x`"),
        (["--at", "soon"], "error: --at: `soon` is no day"),
        (["--baseline", "none.json"], "error: --baseline: cannot read `none.json`: no such file"),
        (["--baseline", "mesh.yaml"], "error: mesh.yaml: the baseline is no JSON"),
        (["--baseline-ref", "HEAD"], "error: git cannot read `.`: not a git repository"),
        (["--baseline", "a", "--baseline-ref", "b"], "error: give one of --baseline and"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_said_in_one_line(shop: Path, words: list[str], said: str) -> None:
    done = meshc("lint", *words, cwd=shop)
    assert done.returncode in {2, 4}
    assert done.stdout == ""
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_settings_come_from_the_revision_that_is_read(shop: Path) -> None:
    git = ["git", "-C", str(shop), "-c", "user.name=a", "-c", "user.email=a@b.test"]
    (shop / "meshc.toml").write_text('extend = "lint.toml"\n')
    (shop / "lint.toml").write_text('ignore = ["MC502"]\n')
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x", "--no-gpg-sign"]):
        subprocess.run([*git, *words], check=True)
    (shop / "lint.toml").write_text("")
    assert codes(shop, "--rev", "HEAD") == ["MC212"]
    assert codes(shop) == ["MC212", "MC502"]
    assert codes(shop, "--baseline-ref", "HEAD") == []
    add(shop, OPEN.replace("stock", "other"))
    assert codes(shop, "--baseline-ref", "HEAD") == ["MC212", "MC502"]


def test_a_day_ends_suppressions_and_compiling_knows_none(shop: Path) -> None:
    (shop / "shop/cart.yaml").write_text(
        (shop / "shop/cart.yaml").read_text().replace(OPEN, HIDDEN)
    )
    done = meshc("lint", "--at", "2027-01-30", cwd=shop)
    assert "no findings" not in done.stderr
    assert "1 suppressed (1 by comments)" in done.stderr
    assert codes(shop, "--at", "2027-01-31") == ["MC912", "MC212", "MC502"]
    assert meshc("compile", cwd=shop).returncode == 0


def test_a_baseline_is_made_used_and_pruned(shop: Path) -> None:
    done = meshc("baseline", "create", cwd=shop)
    assert (done.returncode, done.stdout) == (0, ".meshc/baseline.json: 2 findings known\n")
    assert 'baseline = ".meshc/baseline.json"' in done.stderr
    assert codes(shop, "--baseline", ".meshc/baseline.json") == []
    again = meshc("baseline", "create", cwd=shop)
    assert again.returncode == 2
    assert "exists" in again.stderr
    toml = (shop / "meshc.toml").read_text()
    (shop / "meshc.toml").write_text(f'baseline = ".meshc/baseline.json"\n{toml}')
    assert codes(shop) == []
    add(shop, "  allow: [{from: [web], operations: [rest]}]\n")
    assert codes(shop) == ["MC913", "MC214"]
    pruned = meshc("baseline", "prune", cwd=shop)
    assert pruned.stdout == ".meshc/baseline.json: 1 solved, 1 finding known\n"
    assert codes(shop) == ["MC214"]
    shown = meshc("baseline", "show", cwd=shop)
    assert shown.stdout.startswith("MC212  ServiceIntent shop/stock  metadata/name  ")


def test_a_fix_takes_a_comment_and_an_entry_out(shop: Path) -> None:
    assert meshc("baseline", "create", cwd=shop).returncode == 0
    toml = (shop / "meshc.toml").read_text()
    (shop / "meshc.toml").write_text(f'baseline = ".meshc/baseline.json"\n{toml}')
    text = (shop / "shop/cart.yaml").read_text()
    allow = "  allow: [{from: [web], operations: [rest]}]\n"
    (shop / "shop/cart.yaml").write_text(f"{text}  # meshc: ignore[MC501] reason: x\n{allow}")
    assert codes(shop) == ["MC913", "MC910", "MC214"]
    assert meshc("lint", "--fix", cwd=shop).returncode == 0
    assert codes(shop) == ["MC214"]
    assert (shop / "shop/cart.yaml").read_text() == f"{text}{allow}"
    assert "MC502" not in (shop / ".meshc/baseline.json").read_text()
