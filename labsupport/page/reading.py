"""The chapter that a reader has open, and its cells."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from labsupport import shell
from labsupport.errors import ReaderError
from labsupport.page import surroundings
from labsupport.page.cells import Cells
from labsupport.page.outputs import Emit
from labsupport.page.turns import turns

BOOK = Path("/book/chapters")
"""Where the claims and recordings of the chapters are unpacked."""

_cells: Cells | None = None
_entered = False


def begin(chapter: str) -> None:
    """Give the chapter's cells a namespace of their own. What the cells before it made is forgotten, or shut down."""
    global _cells, _entered
    if not _entered:
        surroundings.enter()
        _entered = True
    _cells = None
    turns.forget()
    shell.use(None)
    gc.collect()
    folder = (BOOK / chapter).parent
    if not folder.is_dir():
        raise ReaderError(f"no chapter is called {chapter!r}; give its path below chapters/, without an ending")
    os.chdir(folder)
    _cells = Cells()


def run(source: str, emit: Emit, number: int = 0) -> bool:
    """Run a cell, the page's `number`. Raises ReaderError where no chapter was begun."""
    if _cells is None:
        raise ReaderError("no chapter was begun; call begin(chapter) first")
    return _cells.run(source, emit, number)
