"""Every output with its page: what its file says of it, and a real example."""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from typing import Final

from meshc import report

BASES: Final = {
    "here": "from the folder you are in",
    "checkout": "from the root of the Git repository",
    "linted": "inside the folder that is linted",
}
FENCES: Final = {
    "json": "json",
    "json-lines": "json",
    "sarif": "json",
    "gitlab": "json",
    "rdjson": "json",
    "junit": "xml",
    "markdown": "markdown",
}
EXAMPLE: Final = {
    "mesh.yaml": """\
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  namespaces: [{name: shop, hosts: ["*.shop.test"]}]
""",
    "cart.yaml": """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  ports: [{name: api, port: 8080, protocol: http}]
  operations:
    read: {match: ["GET /carts/{user}"]}
  allow: [{from: [web], operations: [read]}]
""",
    "web.yaml": """\
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  owner: on
  calls: [{to: cart.read}, {to: crat.read}]
""",
}
"""A repository with two mistakes; every page shows what its format says of them."""


def text(form: str) -> str:
    """Give the page of a format, without its title."""
    return inspect.cleandoc(import_module(report.FORMATS[form].module).__doc__ or "")


def example(form: str) -> str:
    """Give what a format says of the example; JSON is laid out for reading."""
    from meshc.cli import outputs
    from meshc.compiling import lint_files
    from meshc.findings import Severity

    files = [(name, content.encode()) for name, content in sorted(EXAMPLE.items())]
    run = outputs.run(lint_files(files), Severity.ERROR)
    said = report.render(form, run).rstrip("\n")
    return json.dumps(json.loads(said), indent=2, ensure_ascii=False) if laid_out(form) else said


def pages() -> dict[str, str]:
    """Write the table of outputs, and a page for each."""
    rows = [
        "# Outputs of meshc lint",
        "",
        "`--output FORMAT[:FILE]` writes findings to a file, or to the terminal; it may be",
        "repeated, and `--format FORMAT` is short for one on the terminal. Files are written whole",
        "or not at all. Progress and the closing line go to standard error: standard output holds",
        "the format and nothing else. The exit code is the same in every format.",
        "",
        "| format | what it is | paths lead |",
        "|---|---|---|",
    ]
    found: dict[str, str] = {}
    for name, form in report.FORMATS.items():
        # Two names of one format share the page of the first.
        first = next(one for one, other in report.FORMATS.items() if other.module == form.module)
        page = f"outputs/{first}.md"
        rows.append(f"| [{name}]({page}) | {form.summary} | {BASES[form.base]} |")
        found.setdefault(page, whole(name))
    return {"outputs.md": "\n".join(rows), **found}


def whole(form: str) -> str:
    """Write the page of a format."""
    said = example(form)
    ticks = "````" if "```" in said else "```"
    called = f"`meshc lint --format {form}`, `meshc lint --output {form}:FILE`"
    shown = f"Two mistakes in this format{' (laid out for reading)' * laid_out(form)}:"
    fenced = f"{ticks}{FENCES.get(form, 'text')}\n{said}\n{ticks}"
    links = f"{called} · [all outputs](../outputs.md)"
    return f"# {form}\n\n{links}\n\n{text(form)}\n\n## Example\n\n{shown}\n\n{fenced}"


def laid_out(form: str) -> bool:
    """Tell whether the example differs from what is written in its spaces."""
    return FENCES.get(form) == "json" and form != "json-lines"
