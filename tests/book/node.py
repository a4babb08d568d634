"""The checkers from npm, exactly as `package-lock.json` beside this file names them.

`package.json` overrides third-party-web: a part of Lighthouse asks for its latest version, which no lock file
can hold.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp

from tests.book.pages import BOOK

FILES = ("package.json", "package-lock.json")


class NotInstalledError(RuntimeError):
    """npm is not there, or could not install the checkers; the message is npm's."""


def node_modules() -> Path:
    """The folder with the checkers, installed by `npm ci` once for each state of the lock file."""
    lock = Path(__file__).with_name("package-lock.json")
    folder = BOOK / "_build" / "node" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    if not folder.exists():
        _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    """Install beside the folder and rename: it is whole or not there, whoever else installs it too."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalledError("npm is not installed")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=folder.parent))
    try:
        for name in FILES:
            shutil.copy(Path(__file__).with_name(name), draft)
        _npm_ci(npm, draft)
        os.rename(draft, folder)
    except OSError:  # somebody else was first
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _npm_ci(npm: str, folder: Path) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise NotInstalledError(f"npm ci failed: {done.stderr.strip()[-600:]}")
