"""Build the HTML book from the stored outputs. Runs no cell, needs no network and no browser.

A warning is an error, and stays one: pages that were read by a build that failed are read again by the next. Where
nothing changed since a build without a fault, nothing is done.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import gc
import io
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from tools.kernels import ROOT
from tools.up_to_date import HTML, STAMP, State, pages_made

STRICT = ("-W", "--keep-going", "-n", "-q")

_RUNNERS = {"myst_nb.core.execute.cache": "NotebookClientCache", "myst_nb.core.execute.direct": "NotebookClientDirect"}
"""What runs notebooks, by module. It loads a database, which takes a quarter of a second; nothing runs here."""
_MOST_PROCESSES = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the book in a folder, by default the repository; the last line printed is its first page."""
    parser = argparse.ArgumentParser(prog="build_book", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT, help="where _config.yml is")
    return build(parser.parse_args(arguments).folder.resolve())


def build(folder: Path) -> int:
    """Build strictly; 0 only when there was no warning and the first page exists."""
    now, finished = State.of(folder), State.finished(folder)
    first_page = folder / HTML / "index.html"
    if finished != now:
        if finished is None or not now.adds_to(finished, folder):
            forget(folder)
        (folder / STAMP).unlink(missing_ok=True)
        status = _jupyter_book("build", str(folder), *STRICT)
        if status or not first_page.exists():
            print("The book has errors; they are named above.", file=sys.stderr)
            return status or 1
    # What changed while the pages were made is not in the state that is kept: the next build makes them again.
    dataclasses.replace(now, pages=pages_made(folder)).keep(folder)
    print(first_page)
    return 0


def forget(folder: Path) -> None:
    """Delete every page and what was read for it. The folder stays, since somebody may be serving it."""
    shutil.rmtree(folder / "_build" / ".doctrees", ignore_errors=True)
    for made in (folder / HTML).glob("*"):
        if made.is_dir():
            shutil.rmtree(made, ignore_errors=True)
        else:
            made.unlink()


def _jupyter_book(*arguments: str) -> int:
    """Run the command line of jupyter-book in this process; its remarks on success are left out."""
    for module, name in _RUNNERS.items():
        sys.modules.setdefault(module, _with_nothing_but(module, name))
    from jupyter_book import sphinx
    from jupyter_book.cli.main import main as jupyter_book

    sphinx.build_sphinx = functools.partial(sphinx.build_sphinx, jobs=processes())
    remarks = io.StringIO()
    try:
        with contextlib.redirect_stdout(remarks), _without_collecting():
            jupyter_book(list(arguments), standalone_mode=False)
    except (RuntimeError, OSError) as error:
        print(remarks.getvalue(), error, sep="\n", file=sys.stderr)
        return 1
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Look for no garbage meanwhile: documents are large and live long, and a search copies what processes share."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def processes() -> int:
    """How many processes read and write pages. Only on Linux can a process be halved at any time."""
    here = os.cpu_count() or 1
    return min(here + 1, _MOST_PROCESSES) if here > 1 and sys.platform == "linux" else 1


def _with_nothing_but(module: str, name: str) -> ModuleType:
    empty = ModuleType(module)
    setattr(empty, name, None)
    return empty


if __name__ == "__main__":
    raise SystemExit(main())
