"""Where the programs are that cells and tests use."""

from __future__ import annotations

import os
import shutil

from labsupport.errors import Unavailable

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")

ALSO_CALLED = {
    "chromium": ("chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"),
    "chromedriver": ("msedgedriver",),
    "firefox": ("firefox-esr",),
    "redis-server": ("valkey-server",),
}
"""Other names under which a program, or one that does the same, may be installed."""


def find_program(name: str) -> str | None:
    """The path of a program, also where a user's PATH lacks the sbin folders; None when it is not installed."""
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))
    names = (name, *ALSO_CALLED.get(name, ()))
    return next(filter(None, (shutil.which(each, path=folders) for each in names)), None)


def path_of(name: str) -> str:
    """The same; raises `Unavailable` when it is not installed."""
    path = find_program(name)
    if path is None:
        raise Unavailable(f"the program {name}", "it is not installed", f"install the package that has {name}")
    return path
