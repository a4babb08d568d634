"""Build the HTML book from the stored outputs. Runs no cell, needs no network and no browser.

A warning is an error, and stays one: pages that were read by a build that failed are read again by the next.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.kernels import ROOT

STRICT = ("-W", "--keep-going", "-n", "-q")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the book in a folder, by default the repository; the last line printed is its first page."""
    parser = argparse.ArgumentParser(prog="build_book", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT, help="where _config.yml is")
    return build(parser.parse_args(arguments).folder.resolve())


def build(folder: Path) -> int:
    """Build strictly; 0 only when there was no warning and the first page exists."""
    finished = folder / "_build" / ".finished"
    if not finished.exists():
        shutil.rmtree(folder / "_build" / ".doctrees", ignore_errors=True)
    finished.unlink(missing_ok=True)
    status = _jupyter_book("build", str(folder), *STRICT)
    first_page = folder / "_build" / "html" / "index.html"
    if status or not first_page.exists():
        print("The book has errors; they are named above.", file=sys.stderr)
        return status or 1
    finished.touch()
    print(first_page)
    return 0


def _jupyter_book(*arguments: str) -> int:
    """Run the command line of jupyter-book in this process; its remarks on success are left out."""
    from jupyter_book.cli.main import main as jupyter_book

    remarks = io.StringIO()
    try:
        with contextlib.redirect_stdout(remarks):
            jupyter_book(list(arguments), standalone_mode=False)
    except (RuntimeError, OSError) as error:
        print(remarks.getvalue(), error, sep="\n", file=sys.stderr)
        return 1
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
