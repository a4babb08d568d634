"""Where there is one thread: who waits lets the others go on, until what it waits for has happened.

A wait is the only moment at which somebody else gets a turn: a site answers the requests that have come, a thread that
was started runs. What began inside a wait ends before the wait does; a thread that would have to wait for what comes
after it is given up, as a daemon thread is at the end of a program.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import NoReturn, Protocol

from labsupport.errors import Unavailable
from labsupport.experiment import IN_A_PAGE

REMEDY = IN_A_PAGE.remedy

_MOST_IN_VAIN = 20
"""After so many waits of a thread in which nobody could go on it counts as one that looks again and again."""

_sleep = time.sleep


class GivenUp(BaseException):
    """Ends a thread that waits for what cannot come before it ends."""


class Service(Protocol):
    """What answers when something has come, as a site does."""

    def go_on(self) -> bool:
        """Do what there is to do; False when that is nothing."""

    def shut_down(self) -> None:
        """Answer no more, for good."""


class Turns:
    """Those who may go on while somebody waits."""

    def __init__(self) -> None:
        self._threads: deque[Callable[[], None]] = deque()
        self._services: list[Service] = []
        self._waits: list[Callable[[], bool]] = []
        self._in_vain = 0
        self.given_up = 0
        """How many threads were given up so far."""

    def add_thread(self, run: Callable[[], None]) -> None:
        """Have something run once, at the next wait."""
        self._threads.append(run)

    def add_service(self, service: Service) -> None:
        """Ask a service at every wait from now on."""
        self._services.append(service)

    def remove_service(self, service: Service) -> None:
        """Ask it no more."""
        if service in self._services:
            self._services.remove(service)

    def forget(self) -> None:
        """Shut every service down, and run nothing that has not begun."""
        self._threads.clear()
        while self._services:
            self._services.pop().shut_down()

    def wait(self, happened: Callable[[], bool], timeout: float | None = None) -> bool:
        """Let the others go on until it has happened; False when it has not after `timeout` seconds.

        Raises `Unavailable` for a wait without an end, and `GivenUp` where it happens inside a thread.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        self._waits.append(happened)
        try:
            while not happened():
                if not self._one_goes_on() and not self._still(deadline):
                    return happened()
            return True
        finally:
            self._waits.pop()

    def sleep(self, seconds: float) -> None:
        """Let the others go on, then wait for what is left of the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._one_goes_on():
            pass
        _sleep(max(0.0, end - time.monotonic()))

    def _one_goes_on(self) -> bool:
        # A list: a service may begin or end another one.
        if any(service.go_on() for service in list(self._services)):
            self._in_vain = 0
            return True
        if not self._threads:
            return False
        self._in_vain = 0
        self._threads.popleft()()
        return True

    def _still(self, deadline: float | None) -> bool:
        """Whether to look again, where nobody can go on before the deadline; sleeps until then."""
        if any(happened() for happened in self._waits[:-1]):
            self._give_up()
        inside = len(self._waits) > 1
        self._in_vain += inside
        if deadline is None or self._in_vain > _MOST_IN_VAIN:
            if inside:
                self._give_up()
            raise endless()
        _sleep(max(0.0, deadline - time.monotonic()))
        return False

    def _give_up(self) -> NoReturn:
        self.given_up += 1
        raise GivenUp


def endless() -> Unavailable:
    """The error of a wait for what only another thread could bring about."""
    why = "what it is for would come from a thread that runs at the same time, and Python in this page has one"
    return Unavailable("this wait", why, REMEDY)


turns = Turns()
"""The turns of this page."""
