"""Laws of fixes, over files broken the way people break them."""

import json
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshc._native import Document
from meshc.change.edits import made
from meshc.change.rounds import Mended, mend, offers
from meshc.change.safety import State
from meshc.compiling import compile_files, lint_files
from meshc.repo import Folder

BOUTIQUE = Path(__file__).resolve().parents[2] / "examples/boutique"
WHOLE = tuple(Folder(BOUTIQUE).read().files)
BREAKS: tuple[tuple[bytes, bytes], ...] = (
    (b'"GET', b"'GET"),
    (b'["GET /ads"]', b'"GET /ads"'),
    (b"port: 8080", b'port: "8080"'),
    (b"protocol: http}", b"protocol: HTTP}"),
    (b"owner: ", b"ownr: "),
    (b"owner: orders", b"owner: orders # ours\n  owner: orders"),
    (b"owner: storefront", b"owner: off"),
    (b"owner: storefront", b"owner: 012"),
    (b"operations: [list]", b"operations: [lsit]"),
    (b"from: [frontend]", b"from: frontend"),
    (b"from: [frontend, ", b"from: [fronted, "),
    (b"from: [frontend", b"from: [\n      # the window\n      frontend"),
    (b"calls: [{to: ", b"calls: [{to: payment}, {to: "),
    (b'"GET,HEAD ', b'"get,head '),
    (b"GET /ads", b"GET //ads"),
    (b"\n  ports:", b"\n  <<: {owner: x, requests: {timeout: 5s}} # more\n  ports:"),
    (b"\n    static:", b"\n\t\tstatic:"),
    (b"idempotent: true", b'idempotent: "true"'),
    (b"metadata:", b"\n# who\nmetadata:"),
    (b"kind: ServiceIntent", b"kind: ServiceIntnet"),
)
Broken = tuple[tuple[str, bytes], ...]


@st.composite
def broken(draw: st.DrawFn) -> Broken:
    """Break one to four places of the example, and maybe its line ends."""
    files = dict(WHOLE)
    for old, new in draw(st.lists(st.sampled_from(BREAKS), min_size=1, max_size=4)):
        hit = [path for path, content in files.items() if old in content]
        if hit:
            path = draw(st.sampled_from(hit))
            files[path] = files[path].replace(old, new, 1)
            if draw(st.booleans()):
                files[path] = files[path].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return tuple(files.items())


def comments(files: Broken) -> Counter[bytes]:
    """Count the comments of all files."""
    return Counter(
        content[start:end] for _, content in files for start, end in Document(content).comments()
    )


def run(files: Broken, *, unsafe: bool) -> Mended:
    return mend(files, lint_files, unsafe=unsafe)


LAWS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@LAWS
@given(broken(), st.booleans())
def test_fixes_lose_no_comment_and_a_second_run_finds_nothing_new(
    files: Broken, unsafe: bool
) -> None:
    done = run(files, unsafe=unsafe)
    assert comments(done.state.files) == comments(files)
    again = run(done.state.files, unsafe=unsafe)
    assert (again.fixed, again.state.files) == (0, done.state.files)
    assert done.fixed > 0 or done.state.files == files


@LAWS
@given(broken())
def test_safe_fixes_change_no_slice(files: Broken) -> None:
    done = run(files, unsafe=False)
    before = compile_files(files, "test")
    if before.fit:
        after = compile_files(done.state.files, "test")
        assert [row[:2] for row in after.slices] == [row[:2] for row in before.slices]


@LAWS
@given(broken())
def test_a_fix_touches_no_byte_outside_its_edits(files: Broken) -> None:
    for _, fix in offers(State(files, lint_files(files))):
        fresh = dict(made(files, [fix]))
        for path, old in files:
            own = sorted((one for one in fix.edits if one.file == path), key=lambda one: one.start)
            kept, at, new_at = [], 0, 0
            for one in own:
                size = one.start - at
                kept.append((old[at : one.start], fresh[path][new_at : new_at + size]))
                crlf = old.partition(b"\n")[0].endswith(b"\r")
                text = one.text.replace("\n", "\r\n") if crlf else one.text
                new_at += size + len(text.encode())
                at = one.end
            kept.append((old[at:], fresh[path][new_at:]))
            assert all(one == other for one, other in kept)


def test_the_example_is_mended_back_where_what_was_meant_is_plain() -> None:
    files = dict(WHOLE)
    path = "shop/ads.yaml"
    for old, new in BREAKS:
        if old in {b"port: 8080", b"idempotent: true", b"\n    static:"}:
            files[path] = files[path].replace(old, new, 1)
    assert files[path] != dict(WHOLE)[path]
    done = run(tuple(files.items()), unsafe=False)
    assert dict(done.state.files) == dict(WHOLE)


def test_the_same_broken_files_are_mended_the_same_way() -> None:
    """No order of findings, sets or dictionaries shows."""
    files = dict(WHOLE)
    for old, new in BREAKS:
        path = next((path for path, content in files.items() if old in content), None)
        if path and b"<<" not in new and b"\t" not in new:
            files[path] = files[path].replace(old, new, 1)
    one, other = (run(tuple(files.items()), unsafe=True) for _ in range(2))
    assert one.state.files == other.state.files
    assert json.dumps([str(r) for r in one.refused]) == json.dumps([str(r) for r in other.refused])
    assert one.fixed >= 5
