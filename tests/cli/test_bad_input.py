"""Everything a person can get wrong: one clear message, an exit code, nothing lost."""

import json
import random
from pathlib import Path

import pytest
from verb import meshc

NOISE = random.Random(1).randbytes(4096)  # noqa: S311 - the same noise in every run
MESH = """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec: {trustDomain: example.test, namespaces: [{name: shop}]}
"""


def service(name: str, spec: str) -> str:
    head = "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n"
    return f"{head}metadata: {{name: {name}, namespace: shop}}\nspec:\n{spec}\n"


def traffic(weights: str) -> str:
    return service(
        "cart",
        "  ports: [{name: api, port: 8080, protocol: http}]\n"
        "  instances: {static: [{address: 127.0.0.9, version: v1}]}\n"
        "  versions: {v1: {labels: {version: v1}}}\n"
        f"  traffic: [{{to: [{{version: v1, weight: {weights}}}]}}]",
    )


def port(number: str) -> str:
    return service("cart", f"  ports: [{{name: api, port: {number}, protocol: http}}]")


CASES: dict[str, tuple[dict[str, str | bytes], str, str]] = {
    "random bytes": (
        {"mesh.yaml": MESH, "x.yaml": NOISE},
        "MC001",
        "x.yaml",
    ),
    "a file of 10 MB": ({"mesh.yaml": MESH, "x.yaml": b"# \n" * (10 * 350_000)}, "MC007", "x.yaml"),
    "nested brackets": ({"mesh.yaml": MESH, "x.yaml": "[" * 4096}, "MC007", "x.yaml"),
    "closed nested brackets": (
        {"mesh.yaml": MESH, "x.yaml": "[" * 2048 + "]" * 2048},
        "MC007",
        "x.yaml",
    ),
    "calls itself": (
        {
            "mesh.yaml": MESH,
            "x.yaml": service(
                "cart",
                "  ports: [{name: api, port: 8080, protocol: http}]\n"
                "  allow: [{from: [cart], operations: [rest]}]\n  calls: [{to: cart}]",
            ),
        },
        "MC215",
        "x.yaml",
    ),
    "one identity twice": (
        {
            "mesh.yaml": MESH,
            "a.yaml": service("a", "  owner: t"),
            "b.yaml": service("b", "  identity: {serviceAccount: a}"),
        },
        "MC404",
        "b.yaml",
    ),
    "port 0": ({"mesh.yaml": MESH, "x.yaml": port("0")}, "MC112", "x.yaml"),
    "port 70000": ({"mesh.yaml": MESH, "x.yaml": port("70000")}, "MC112", "x.yaml"),
    "negative weight": ({"mesh.yaml": MESH, "x.yaml": traffic("-1")}, "MC112", "x.yaml"),
    "weights all zero": ({"mesh.yaml": MESH, "x.yaml": traffic("0")}, "MC306", "x.yaml"),
    "unknown field": (
        {"mesh.yaml": MESH, "x.yaml": service("cart", "  ownr: t")},
        "MC101",
        "x.yaml",
    ),
    "a key twice": (
        {"mesh.yaml": MESH, "x.yaml": service("cart", "  owner: a\n  owner: b")},
        "MC002",
        "x.yaml",
    ),
    "no Mesh": ({"x.yaml": service("cart", "  owner: t")}, "MC102", "x.yaml"),
    "two Meshes": (
        {"mesh.yaml": MESH, "z.yaml": MESH.replace("example}", "other}")},
        "MC211",
        "z.yaml",
    ),
}
INFORMATIVE = {"calls itself"}


def lay(root: Path, files: dict[str, str | bytes]) -> Path:
    for path, content in files.items():
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_at_its_place(tmp_path: Path, case: str) -> None:
    files, code, file = CASES[case]
    done = meshc("lint", lay(tmp_path, files), "--format", "json")
    findings = json.loads(done.stdout)["findings"]
    named = [one for one in findings if one["code"] == code and one["place"]["file"] == file]
    assert len(named) == 1, findings
    assert done.returncode == (0 if case in INFORMATIVE else 1)


@pytest.mark.parametrize("case", CASES)
def test_the_exit_code_is_the_same_in_every_format(tmp_path: Path, case: str) -> None:
    lay(tmp_path, CASES[case][0])
    codes = {
        meshc("lint", tmp_path, "--format", form).returncode for form in ("full", "concise", "json")
    }
    assert len(codes) == 1


@pytest.mark.parametrize("case", sorted(set(CASES) - INFORMATIVE))
def test_nothing_with_an_error_is_compiled(tmp_path: Path, case: str) -> None:
    (tmp_path / "in").mkdir()
    done = meshc("compile", lay(tmp_path / "in", CASES[case][0]), "--out", tmp_path / "out")
    assert done.returncode == 1
    assert CASES[case][1] in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_bad_file_hides_no_other(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"mesh.yaml": MESH, "a.yaml": b"\xff\x00", "b.yaml": port("0")}
    findings = json.loads(meshc("lint", lay(tmp_path, files), "--format", "json").stdout)[
        "findings"
    ]
    assert {one["place"]["file"] for one in findings} >= {"a.yaml", "b.yaml"}


def test_a_loop_of_links_ends_and_is_said(tmp_path: Path) -> None:
    lay(tmp_path, {"mesh.yaml": MESH})
    (tmp_path / "loop").symlink_to(".")
    done = meshc("lint", tmp_path)
    assert done.returncode == 0
    assert "warning: cannot read `loop`: it is a symbolic link" in done.stderr
    assert meshc("lint", tmp_path, "--strict-inputs").returncode == 4


def test_findings_do_not_depend_on_names_or_order_of_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = lay(tmp_path / "a", {"1.yaml": MESH, "2.yaml": port("0"), "3.yaml": traffic("0")})
    two = lay(tmp_path / "b", {"3.yaml": traffic("0"), "2.yaml": port("0"), "1.yaml": MESH})
    assert meshc("lint", one).stdout == meshc("lint", two).stdout
