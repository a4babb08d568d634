"""Programs that run beside the notebook: a browser, a store, a server. None outlives the kernel that started it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO

from labsupport import troubles
from labsupport.errors import ReaderError, Unavailable
from labsupport.programs import path_of

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_LONGEST_FOLDER = 20
"""A socket's path may have 103 characters on macOS; ours adds 36, and Chromium, which else hangs, 46 more."""
NO_FILES: Mapping[str, str] = MappingProxyType({})


class Running:
    """A program that was started; a context manager that stops it.

    It runs in a folder of its own, which is also its HOME and TMPDIR and goes with it. It ends, with everything it
    started, on `stop`, at the last reference, and when this process dies, however it dies. Raises `Unavailable` when
    the program is not installed, or where the system is not POSIX.
    """

    def __init__(self, *command: str, through: Sequence[str] = (), files: Mapping[str, str] = NO_FILES) -> None:
        """Start a command, `through` another one that runs it, such as `nsenter` and its options.

        `files` are put into its folder before it starts: the text of each by its name.
        """
        if os.name != "posix":
            raise Unavailable(f"{command[0]} beside the cells", "this system is not POSIX", troubles.NOT_POSIX.remedy)
        through = [path_of(through[0]), *through[1:]] if through else []
        command = (path_of(command[0]), *command[1:])
        self._name = Path(command[0]).name
        self.folder = _new_folder()
        """Where it runs; there until it ends."""
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the program
        inherited, held = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_SUPERVISOR), str(inherited), str(self.folder), *through, *command],
                pass_fds=[inherited], stdin=subprocess.DEVNULL, stdout=self._printed, stderr=subprocess.STDOUT,
                start_new_session=True,  # what ends the kernel's whole group must not end the one who tidies up
            )
        except BaseException:
            os.close(held)
            raise
        finally:
            os.close(inherited)
        with os.fdopen(os.dup(held), "wb") as told:
            told.write(json.dumps(dict(files)).encode() + b"\n")
        self.stop = weakref.finalize(self, _stop, self._process, held, self._printed)
        """End the program and wait until all of it is gone. May be called twice."""

    @property
    def status(self) -> int | None:
        """The exit status; 128 and its number after a signal, as in a shell; None while the program runs."""
        return self._process.poll()

    @property
    def printed(self) -> str:
        """What it has printed so far, errors too; empty once it was stopped."""
        if self._printed.closed:
            return ""
        size = os.fstat(self._printed.fileno()).st_size
        return os.pread(self._printed.fileno(), size, 0).decode(errors="replace")

    def check(self) -> None:
        """Raise `ReaderError`, with what it printed, if the program has failed."""
        if self.status:
            raise ReaderError(f"{self._name} ended with status {self.status}: {self.printed.strip()}")

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "running" if self.status is None else f"ended with status {self.status}"
        return f"<{self._name}: {state}>"


def _new_folder() -> Path:
    """A folder that is not there yet; not deep down, since a program puts sockets there, whose paths must be short."""
    folder = tempfile.gettempdir()
    short = "/tmp" if len(folder) > _LONGEST_FOLDER and os.path.isdir("/tmp") else folder
    return Path(short, f"protocols-on-trial-{secrets.token_hex(8)}")


def _stop(process: subprocess.Popen[bytes], held: int, printed: IO[bytes]) -> None:
    os.close(held)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    printed.close()
