"""A warm build of the book, which `make book` does when nothing changed; beside it Sphinx with one empty page."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import Below, Figures, Row
from benchmarks.rounds import alternate, timed
from tools.kernels import ROOT

_ROUNDS = 3
_LONGEST_S = 300


def rows(figures: Figures) -> list[Row]:
    """The book beside the least that Sphinx takes."""
    ours, least = figures.get("book"), figures.get("sphinx")
    return [Row("make book, warm", ours, "Sphinx, one page, no change", least, "s", Below(15))]


def measure() -> Figures:
    """Seconds of `book` and of `sphinx`, each with nothing new to do. Raises RuntimeError when a build fails."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        (folder / "conf.py").touch()
        (folder / "index.rst").write_text("Page\n====\n", encoding="utf-8")
        sides = {
            "book": timed(lambda: _run("tools.build_book")),
            "sphinx": timed(lambda: _run("sphinx", "-q", str(folder), str(folder / "html"))),
        }
        alternate(sides, 1)  # the first build is not a warm one
        return alternate(sides, _ROUNDS)


def _run(*module: str) -> None:
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{module[0]} failed: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
