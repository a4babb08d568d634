"""Runs one program and ends it, with all that it started, when the notebook's kernel is gone.

Run as a script with the number of an inherited pipe and the command. The kernel holds the pipe's other end: when that
is closed, on purpose or because the kernel died, nothing of the program survives. The program gets a folder of its
own as HOME and TMPDIR, which goes with it. Standard library only.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LONGEST_FOLDER = 50


def main(pipe: int, command: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    folder = tempfile.mkdtemp(prefix="protocols-on-trial-", dir=temporary_folder())
    try:
        program = subprocess.Popen(command, cwd=folder, start_new_session=True, stdin=subprocess.DEVNULL,
                                   env=os.environ | {"HOME": folder, "TMPDIR": folder})
        threading.Thread(target=end_with_the_kernel, args=(pipe, program), daemon=True).start()
        status = program.wait()
        end_all(program)
        return status if status >= 0 else 128 - status
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def temporary_folder() -> str:
    """Where folders are made; not deep down, since a program puts sockets there, whose paths must be short."""
    folder = tempfile.gettempdir()
    return "/tmp" if len(folder) > LONGEST_FOLDER and os.path.isdir("/tmp") else folder


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that none gets away (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_with_the_kernel(pipe: int, program: "subprocess.Popen[bytes]") -> None:
    os.read(pipe, 1)
    end_all(program)


def end_all(program: "subprocess.Popen[bytes]") -> None:
    """Kill the program, its group and all descendants, and wait until they are gone."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, signal.SIGKILL)
        left = [child for child in descendants(os.getpid()) if child != program.pid]
        for child in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, os.WNOHANG)
        if not left:
            return
        time.sleep(0.01)


def descendants(process: int) -> Iterator[int]:
    """The processes below one, as far as this system tells (Linux)."""
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from descendants(int(child))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
