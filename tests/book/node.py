"""The checkers from npm, exactly as `package-lock.json` beside this file names them.

`package.json` overrides third-party-web: a part of Lighthouse asks for its latest version, which no lock file
can hold.
"""

from __future__ import annotations

from pathlib import Path

from tools import npm
from tools.npm import NotInstalledError

__all__ = ["NotInstalledError", "node_modules"]


def node_modules() -> Path:
    """The folder with the checkers, installed by `npm ci` once for each state of the lock file."""
    return npm.node_modules(Path(__file__).with_name("package-lock.json"))
