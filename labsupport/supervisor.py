"""Runs one program and ends it, with all that it started, when the notebook's kernel is gone.

Run as a script with the number of an inherited pipe, a folder to make, and the command. The kernel holds the pipe's
other end: it writes one line, the folder's files as JSON, and when it closes the pipe, on purpose or because it died,
nothing of the program survives. The folder is the program's HOME and TMPDIR and goes with it. Standard library only.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def main(pipe: int, folder: str, command: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wait_in_line()
    adopt_orphans()
    os.mkdir(folder, 0o700)
    try:
        for name, text in files_from(pipe).items():
            Path(folder, name).write_text(text, encoding="utf-8")
        program = subprocess.Popen(
            command, cwd=folder, start_new_session=True, stdin=subprocess.DEVNULL,
            env=os.environ | {"HOME": folder, "TMPDIR": folder},
            restore_signals=False,  # SIGPIPE stays ignored: ChromeDriver writes to a browser that may be gone
        )  # fmt: skip
        threading.Thread(target=end_with_the_kernel, args=(pipe, program), daemon=True).start()
        status = program.wait()
        end_all(program)
        return status if status >= 0 else 128 - status
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def files_from(pipe: int) -> dict[str, str]:
    """The files of the folder, which the kernel sends as one line; none where it died before."""
    line = bytearray()
    while not line.endswith(b"\n"):  # the line is all that the kernel ever writes
        part = os.read(pipe, 65536)
        if not part:
            return {}
        line += part
    return json.loads(line)  # type: ignore[no-any-return]


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that none gets away (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def wait_in_line() -> None:
    """Share the processors with all others, though the kernel may go before them while it captures (Linux)."""
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


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
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
