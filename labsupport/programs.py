"""Where the programs are that cells and tests use."""

from __future__ import annotations

import os
import shutil

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def find_program(*names: str) -> str | None:
    """The path of the first of these programs that is installed, also where a user's PATH lacks the sbin folders."""
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))
    return next(filter(None, (shutil.which(name, path=folders) for name in names)), None)
