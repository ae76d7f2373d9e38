"""A mesh that was patched is the mesh that reading everything gives, whatever the edit; so is one
that was begun with the image of an earlier one.
"""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from edits import EDITS, PLATFORM, answers, edited, generated, said

from meshc import mesh

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def cases() -> Iterator[dict[str, str]]:
    """Give every repository of the linker's cases."""
    for case in sorted((HERE / "cases").iterdir()):
        files = [one for one in sorted(case.rglob("*")) if one.suffix in {".yaml", ".json", ".pem"}]
        texts = {one.relative_to(case).as_posix(): one.read_text() for one in files}
        yield {"mesh.yaml": PLATFORM.partition("---")[0], **texts}


@pytest.mark.parametrize("seed", range(4))
def test_a_patched_mesh_is_the_one_that_is_read_anew(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  repeatable, no secret
    starts = [generated(seed), generated(seed + 100), *cases()]
    patched_edits = 0
    for _ in range(EDITS // 4 // 10):
        files = dict(chance.choice(starts[:2] if chance.random() < 0.8 else starts))
        linked = mesh.link([(path, text.encode()) for path, text in files.items()], [])
        for _ in range(10):
            before = dict(files)
            changed = edited(files, chance)
            files |= changed
            now = [(path, text.encode()) for path, text in files.items()]
            fresh = mesh.link(now, [])
            edits = [(path, text.encode()) for path, text in changed.items()]
            patched = mesh.patched(linked, edits, [])
            image = linked.image()
            restored = mesh.restored(image, now, []) if image else None
            assert (restored is None) == (patched is None)
            if patched is not None and restored is not None:
                patched_edits += 1
                wanted = said(fresh, sorted(files))
                assert said(patched, sorted(files)) == wanted, (before, changed)
                assert said(restored, sorted(files)) == wanted, (before, changed)
            elif chance.random() < 0.5:  # or few edits would follow that can be
                files = before
                continue
            # What comes next begins with tables of which all was built, or some, or nothing.
            linked = chance.choice([patched or fresh, restored or fresh, mesh.link(now, [])])
            answers(linked)
    assert patched_edits > EDITS // 4 // 5, "many edits are of what can be patched"


def test_what_is_no_image_is_nothing() -> None:
    files = [(path, text.encode()) for path, text in generated(1).items()]
    whole = mesh.link(files, [])
    answers(whole)
    image = whole.image()
    assert image is not None
    assert mesh.restored(image, files, []) is not None
    chance = random.Random(1)  # noqa: S311  the same
    for _ in range(EDITS):
        cut = image[: chance.randrange(len(image))]
        assert mesh.restored(cut, files, []) is None
        at = chance.randrange(len(image))
        damaged = image[:at] + bytes([chance.randrange(256)]) + image[at + 1 :]
        linked = mesh.restored(damaged, files, [])
        if linked is None:
            continue
        # Only who forges the check value too gets here: answers are wrong, and nothing panics.
        with contextlib.suppress(LookupError, ValueError):
            said(linked, sorted(path for path, _ in files))
    assert mesh.restored(image, files[1:], []) is None
    assert mesh.restored(image + b"0", files, []) is None
