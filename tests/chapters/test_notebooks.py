"""Every notebook of the book passes every guard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chapters.guards import GUARDS, Guard, faults, recordings
from tools.notebooks import CHAPTERS, find

NOTEBOOKS = find()


def test_the_book_has_notebooks() -> None:
    assert NOTEBOOKS, "chapters/ has no notebook; the guards below would guard nothing"


def test_every_folder_of_recordings_has_its_notebook() -> None:
    kept = {file.parent for file in (CHAPTERS / "recordings").rglob("*") if file.is_file()}
    assert kept <= set(map(recordings, NOTEBOOKS))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(CHAPTERS).as_posix())
def test_notebook(path: Path, guard: Guard) -> None:
    assert not faults(guard, path), guard.__doc__
