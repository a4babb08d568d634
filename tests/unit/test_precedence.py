"""While packets are captured the threads of this process go first, and nobody else does; afterwards none does."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

import pytest

from labsupport.network import Network
from labsupport.network.precedence import go_first, wait_in_line
from labsupport.processes import Running
from tests.waiting import wait_until

if sys.platform != "linux":
    pytest.skip("only on Linux a thread has a policy", allow_module_level=True)


def policies() -> set[int]:
    """The policies of this process's threads."""
    return {os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")}


def permitted() -> bool:
    """Whether a thread of this process may go first."""
    go_first()
    try:
        return policies() == {os.SCHED_RR}
    finally:
        wait_in_line()


WHILE_CAPTURING = {os.SCHED_RR} if permitted() else {os.SCHED_OTHER}


@pytest.mark.needs("network")
def test_all_threads_go_first_while_packets_are_captured():
    with Network() as network, network.listen() as listener:
        with network.capture(), network.connect(listener):
            assert policies() == WHILE_CAPTURING
        assert policies() == {os.SCHED_OTHER}


@pytest.mark.needs("network")
def test_a_capture_that_fails_leaves_no_thread_ahead():
    with Network() as network, contextlib.suppress(KeyError), network.capture():
        raise KeyError("reader's own")
    assert policies() == {os.SCHED_OTHER}


def test_a_thread_that_somebody_else_gave_a_policy_keeps_it():
    given: list[int] = []

    def patient() -> None:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        go_first()
        wait_in_line()
        given.append(os.sched_getscheduler(0))

    thread = threading.Thread(target=patient)
    thread.start()
    thread.join()
    assert given == [os.SCHED_IDLE]


def test_a_program_waits_in_line_though_those_who_start_it_go_first():
    go_first()
    try:
        told = "import os; print(os.sched_getscheduler(0))"
        with Running(sys.executable, "-c", told) as program:
            assert wait_until(lambda: program.status is not None)
            assert program.printed.split() == [str(os.SCHED_OTHER)]
    finally:
        wait_in_line()
