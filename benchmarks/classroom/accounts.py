"""Accounts of the machine for the learners of a trial class; each is a user of its own, and gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = "trial-learner-"
_LONGEST_S = 20.0


@contextlib.contextmanager
def learners(count: int) -> Iterator[list[str]]:
    """Names of so many new accounts. Raises RuntimeError where this process may not make them."""
    if os.geteuid() != 0 or not shutil.which("useradd"):
        raise RuntimeError("a trial class makes accounts; run it as root on Linux, on a machine that is yours")
    names = [f"{PREFIX}{number:02}" for number in range(1, count + 1)]
    made: list[str] = []
    try:
        for name in names:
            subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True, capture_output=True)
            made.append(name)
        yield names
    finally:
        for name in made:
            _remove(name)


def processes_of(name: str) -> list[int]:
    """The processes that run as a user, whatever they call themselves."""
    uid = pwd.getpwnam(name).pw_uid
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == uid or f"\nUid:\t{uid}\t" in (process / "status").read_text():
                found.append(int(process.name))
    return found


def _remove(name: str) -> None:
    """Delete the account with its home; its processes are ended before."""
    deadline = time.monotonic() + _LONGEST_S
    while (left := processes_of(name)) and time.monotonic() < deadline:
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)
    subprocess.run(["userdel", "--remove", name], check=False, capture_output=True)
