"""Python for the reader's tab: puts its files beside the pages, where npm has installed what they are made of."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

from sphinx.application import Sphinx

from tools import page_python

FOLDER = "_static/python"
"""Where the files are, below the pages."""


def setup(app: Sphinx) -> None:
    """Put the files in place when everything else is there."""
    app.connect("build-finished", place_files)


def available() -> bool:
    """True where this build has Python for its pages."""
    return page_python.available()


def place_files(app: Sphinx, exception: Exception | None) -> None:
    """Bring the files beside the pages up to date (handler of `build-finished`)."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir, FOLDER)
    if not available():
        shutil.rmtree(folder, ignore_errors=True)
        print("Pyodide is not installed: the pages have no Run buttons. With npm, any command of tasks.py installs it.")
        return
    mirror(page_python.make(), folder)


def mirror(made: Path, folder: Path) -> None:
    """Have in `folder` the files of all parts and nothing else; a file that is there already is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {path.name: path for path in made.glob("*/*")}
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, source in files.items():
        target = folder / name
        if not (target.exists() and filecmp.cmp(source, target)):
            target.unlink(missing_ok=True)
            _link_or_copy(source, target)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
