"""Waiting for what other threads bring about, and what this machine tells of them and of processes."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def wait_until(happened: Callable[[], bool], timeout: float = 5) -> bool:
    """Whether it happened within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def at_once(actions: Iterable[Callable[[], object]]) -> None:
    """Do all of them, each in a thread of its own, to their end; what one of them raises is raised here."""
    doing = list(actions)
    with ThreadPoolExecutor(len(doing)) as threads:
        for each in [threads.submit(action) for action in doing]:
            each.result()


def lives(process: int) -> bool:
    """Whether there is such a process that is more than a status nobody has asked for (Linux)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def children(process: int) -> list[int]:
    """The processes that one has started (Linux)."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def descriptors() -> int:
    """How many descriptors this process has open (Linux)."""
    return len(os.listdir("/proc/self/fd"))
