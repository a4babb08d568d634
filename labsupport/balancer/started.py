"""A program that balances, started on a free port and waited for until it answers."""

from __future__ import annotations

import http.client
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labsupport.errors import ReaderError
from labsupport.processes import Running
from labsupport.records import Endpoint

START_SECONDS = 15.0
TRIES = 5
_PORT_TAKEN = "Address already in use"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program is to listen, and the path at which it says with a 204 that it does."""

    address: Endpoint
    ready: str


@dataclass(frozen=True, slots=True)
class Program:
    """A command, and the files of its folder for the place where it is to listen."""

    command: tuple[str, ...]
    files: Callable[[Place], Mapping[str, str]]

    def start(self) -> tuple[Running, Endpoint]:
        """The program, which answers by now, and its address.

        Raises `Unavailable` when it is not installed, and ReaderError, with its own words, when it does not start.
        """
        for _ in range(TRIES):
            place = Place(free_address(), f"/ready-{secrets.token_hex(16)}")
            running = Running(*self.command, files=self.files(place))
            try:
                if _answers(running, place):
                    return running, place.address
                words = running.printed.strip()
            except BaseException:
                running.stop()
                raise
            running.stop()
            if _PORT_TAKEN not in words:
                raise ReaderError(f"{self.command[0]} did not start; it says: {words or 'nothing'}")
        raise ReaderError(f"{self.command[0]} found {TRIES} free ports taken a moment later; try again")


def free_address() -> Endpoint:
    """An address of this machine that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Endpoint(*listener.getsockname())


def _answers(running: Running, place: Place) -> bool:
    """Whether the program answers at its place before it ends, and before long."""
    deadline = time.monotonic() + START_SECONDS
    while running.status is None and time.monotonic() < deadline:
        if _is_ready(place):
            return True
        time.sleep(0.01)
    return False


def _is_ready(place: Place) -> bool:
    """Whether the one who listens is the program: another would not know the path."""
    connection = http.client.HTTPConnection(*place.address, timeout=1)
    try:
        connection.request("GET", place.ready)
        return connection.getresponse().status == 204
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
