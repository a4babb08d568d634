"""The packages from npm, exactly as a `package-lock.json` names them.

    python -m tools.npm      # the Node peers of the chapters and the pages' Python, where npm is there

An installation is made once for each state of a lock file; then no network is needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from tempfile import mkdtemp

from labsupport.node import LOCK, folder_of

PYODIDE = Path(__file__).with_name("pyodide") / "package-lock.json"
"""The exact Python of the pages."""

FILES = ("package.json", "package-lock.json")
_LONGEST_S = 300
_OPTIONS = ("--ignore-scripts", "--engine-strict", "--no-audit", "--no-fund", "--prefer-offline")
_IMPATIENT = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")
"""For what can be had without: the reader's command comes after it."""


class NotInstalledError(RuntimeError):
    """npm is not there, or could not install the packages; the message is npm's."""


def main() -> int:
    """Install the Node peers and Pyodide. Where that fails one line says so, and what the book does without."""
    if os.name == "posix":  # elsewhere no program runs beside the cells
        _try(LOCK, "The Node peers are not installed, and chapters replay recordings of them")
    _try(PYODIDE, "Pyodide is not installed, and the pages have no Run buttons")
    return 0


def _try(lock: Path, without: str) -> None:
    try:
        node_modules(lock, *_IMPATIENT)
    except (NotInstalledError, OSError) as problem:
        print(f"{without}: {' '.join(str(problem).split())}", flush=True)


def node_modules(lock: Path, *options: str) -> Path:
    """The folder with the packages that a lock file names, installed where it is not there yet.

    `options` are further ones of `npm ci`. Raises `NotInstalledError` where npm is missing or fails.
    """
    folder = folder_of(lock)
    if not folder.exists():
        _install(lock.parent, folder, options)
    return folder / "node_modules"


def _install(source: Path, folder: Path, options: Sequence[str]) -> None:
    """Install beside the folder and rename: it is whole or not there, whoever else installs it too."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalledError("npm is not installed")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=folder.parent))
    try:
        for name in FILES:
            shutil.copy(source / name, draft)
        draft.chmod(0o755)  # what a teacher installs, the learners run
        _npm_ci([npm, "ci", *_OPTIONS, *options], draft)
        os.rename(draft, folder)
    except OSError:  # somebody else was first
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _npm_ci(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        raise NotInstalledError(f"npm ci was not done after {_LONGEST_S} s") from None
    if done.returncode:
        raise NotInstalledError(f"npm ci failed: {_complaint(done.stderr)}")


def _complaint(printed: str) -> str:
    """The errors among what npm printed, up to a stack or the way to its log."""
    lines = [line.removeprefix("npm error").strip() for line in printed.splitlines() if line.startswith("npm error")]
    told = takewhile(lambda line: not line.startswith(("at ", "A complete log")), filter(None, lines))
    return "; ".join(told)[:600] or printed.strip()[-600:]


if __name__ == "__main__":
    raise SystemExit(main())
