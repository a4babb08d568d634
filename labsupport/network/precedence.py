"""While packets are captured, the threads of this process go before all others, where the system permits it.

A wire that stands still for a fifth of a second makes both kernels send their segments again, and the experiment would
tell of a busy machine. Linux, with CAP_SYS_NICE; without it nothing happens. `man 7 sched`.
"""

from __future__ import annotations

import contextlib
import os


def go_first() -> None:
    """Take the processor whenever there is something to do. Threads that are made meanwhile do the same."""
    _exchange(os.SCHED_OTHER, os.SCHED_RR, 1)


def wait_in_line() -> None:
    """Share the processors with the others again."""
    _exchange(os.SCHED_RR, os.SCHED_OTHER, 0)


def _exchange(policy: int, other: int, priority: int) -> None:
    for thread in map(int, os.listdir("/proc/self/task")):
        with contextlib.suppress(PermissionError, ProcessLookupError):
            if os.sched_getscheduler(thread) == policy:
                os.sched_setscheduler(thread, other, os.sched_param(priority))
