"""A fingerprint says which finding it is, whatever happens to lines and files around it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc.compiling import lint_files
from meshc.findings import Finding, Severity
from meshc.mesh.fingerprints import fingerprint, identity
from meshc.mesh.sources import Sources
from meshc.rules import pages
from meshc.rules.rule import Example
from meshc.spans import Text

Files = list[tuple[str, bytes]]

TEXT = re.compile(r"\s*[{}\"]")
"""A line of the JSON that some examples hold as text."""
EXAMPLES = [
    (page.code, example)
    for page in pages.pages()
    if page.group not in {"parsing", "suppression"}
    for example in page.examples
    if example.fails and not any(path.endswith("CODEOWNERS") for path, _ in example.files())
]
"""All but those about who owns which path: there a file must stay where it is."""


def fingerprints(files: Files) -> list[str]:
    sources = Sources(files)
    return sorted(fingerprint(one, sources) for one in lint_files(files).findings)


@st.composite
def moved(draw: st.DrawFn) -> tuple[str, Files, Files]:
    """An example, and the same documents with other lines, in other files."""
    code, example = draw(st.sampled_from(EXAMPLES))
    before = example.files()
    after: dict[str, list[str]] = {}
    for path, content in before:
        if not path.endswith(".yaml"):
            continue
        for document in content.decode().split("\n---\n"):
            lines = []
            for line in document.splitlines():
                if TEXT.match(line):  # there a line is no comment
                    lines.append(line)
                    continue
                filler = st.sampled_from(["", "# a comment", "      # another"])
                lines += [*draw(st.lists(filler, max_size=2)), line]
            target = draw(st.sampled_from(["a.yaml", "b.yaml", "deep/down/c.yaml"]))
            after.setdefault(target, []).append("\n".join(lines))
    made = [(path, "\n---\n".join(parts).encode()) for path, parts in sorted(after.items())]
    return code, before, [*made, *(one for one in before if not one[0].endswith(".yaml"))]


@given(moved())
@settings(max_examples=60, deadline=None)
def test_neither_lines_nor_comments_nor_files_change_it(case: tuple[str, Files, Files]) -> None:
    code, before, after = case
    assert fingerprints(before) == fingerprints(after), code


@pytest.mark.parametrize(("code", "example"), EXAMPLES, ids=lambda one: str(one)[:5])
def test_a_finding_in_a_document_says_its_object(code: str, example: Example) -> None:
    files = example.files()
    sources = Sources(files)
    for one in lint_files(files).findings:
        found = identity(one, sources)
        assert found.code == one.code
        assert found.object.split(" ")[0] in sources.text(one.primary.file).decode(), code
        assert len(bytes.fromhex(found.fingerprint)) == 32


def at(text: bytes, word: bytes, message: str = "m") -> str:
    place = Text("a.yaml", text).place(text.index(word), text.index(word) + len(word))
    found = Finding("MC101", "unknown-field", Severity.ERROR, message, place)
    return fingerprint(found, Sources([("a.yaml", text)]))


def test_what_is_another_finding_has_another_fingerprint() -> None:
    head = b"kind: A\nmetadata: {name: a}\n"
    texts = [
        head + b"spec: {a/b: 1}\n",
        head + b"spec: {a: {b: 1}}\n",
        head + b"spec: {a~1b: 1}\n",
        b"kind: A\nmetadata: {name: b}\nspec: {a/b: 1}\n",
        b"kind: B\nmetadata: {name: a}\nspec: {a/b: 1}\n",
        b"kind: A\nmetadata: {name: a, namespace: b}\nspec: {a/b: 1}\n",
    ]
    found = [at(text, b"1}") for text in texts if b"~1b" not in text]
    found += [at(texts[2], b" 1}"), at(texts[0], b"1}", "n")]
    assert len(set(found)) == len(found)
