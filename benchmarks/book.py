"""Building the book: from nothing, with nothing new, with one chapter edited; beside it jupyter-book by itself.

A copy of the sources is built, so that the pages in the repository stay.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.report import Below, Figures, Row
from benchmarks.rounds import alternate, timed
from tools.kernels import ROOT
from tools.notebooks import find

_ROUNDS = 3
_LONGEST_S = 300
_SOURCES = ("_config.yml", "_toc.yml", "_ext", "_static", "_templates", "chapters", "labsupport")
_OURS = ("-m", "tools.build_book")
_THEIRS = ("-c", "from jupyter_book.cli.main import main; main()", "build", "-W", "--keep-going", "-n", "-q")
_JOBS = {"cold": 3.0, "no change": 2.0, "a chapter edited": 2.5}
"""What is built, and in how many seconds it shall be."""


def rows(figures: Figures) -> list[Row]:
    """Each build by `make book` beside the same by jupyter-book, and what one chapter more costs."""
    found = [
        Row(f"make book, {job}", figures.get(job), "jupyter-book alone", figures.get(f"{job}, alone"), "s", Below(most))
        for job, most in _JOBS.items()
    ]
    each = Row("a chapter's share of a cold build", figures.get("share"), "an empty book", figures.get("empty"), "s")
    return [*found, each]


def measure() -> Figures:
    """Seconds of each job, by us and by jupyter-book `alone`; of an `empty` book, and a chapter's `share`.

    Raises RuntimeError when a build fails.
    """
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        empty = _empty(Path(name, "empty"))
        figures = alternate({"empty": timed(lambda: _build(_OURS, empty, cold=True))}, _ROUNDS)
        for side, command in {"": _OURS, ", alone": _THEIRS}.items():
            book = _copy(Path(name, f"book{side}"))
            figures |= {f"{job}{side}": seconds for job, seconds in alternate(_jobs(command, book), _ROUNDS).items()}
    share = (figures["cold"] - figures["empty"]) / len(find())
    return figures | {"share": share}


def _jobs(command: Sequence[str], book: Path) -> dict[str, Callable[[], float]]:
    chapters = itertools.cycle(find(book / "chapters"))
    return {
        "cold": timed(lambda: _build(command, book, cold=True)),
        "no change": timed(lambda: _build(command, book)),
        "a chapter edited": timed(lambda: _build(command, book, edited=next(chapters))),
    }


def _build(command: Sequence[str], book: Path, cold: bool = False, edited: Path | None = None) -> None:
    if cold:
        shutil.rmtree(book / "_build", ignore_errors=True)
    if edited:
        edited.write_bytes(edited.read_bytes() + b"\n")  # JSON takes no notice, the build does
    whole = [sys.executable, *command, str(book)]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[1]} failed: {(done.stdout + done.stderr).strip().splitlines()[-1]}")


def _copy(book: Path) -> Path:
    book.mkdir()
    for source in (ROOT / name for name in _SOURCES):
        if source.is_dir():
            shutil.copytree(source, book / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, book)
    return book


def _empty(book: Path) -> Path:
    book.mkdir()
    (book / "_config.yml").write_text("title: A book\nonly_build_toc_files: true\n", encoding="utf-8")
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    (book / "index.md").write_text("# A book\n", encoding="utf-8")
    return book
