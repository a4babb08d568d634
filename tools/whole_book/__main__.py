"""`python -m tools.whole_book pdf` and `python -m tools.whole_book epub`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from labsupport.errors import ReaderError
from tools.kernels import ROOT
from tools.whole_book import epub, pdf
from tools.whole_book.pages import NotBuiltError

MAKERS = {"pdf": pdf.make, "epub": epub.make}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make one file of the whole book; the last line printed is where it is."""
    parser = argparse.ArgumentParser(prog="whole_book", description="The whole book as one file.")
    parser.add_argument("format", choices=MAKERS)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT, help="where _toc.yml and _build are")
    options = parser.parse_args(arguments)
    try:
        print(MAKERS[options.format](options.folder.resolve()))
    except (ReaderError, NotBuiltError, pdf.NotPrintedError, epub.NotWellFormedError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
