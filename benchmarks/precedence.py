"""How long the wire stands still on a machine that is busy otherwise: with a capture's precedence, and without."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from benchmarks.report import Figures, Row, Within
from labsupport.network import Network
from labsupport.network.precedence import go_first, wait_in_line

_RTT_MS, _SECONDS, _SESSIONS, _ROUNDS = 20, 5, 16, 3
_BUSY = "while True: sum(range(100_000))"


def rows(figures: Figures) -> list[Row]:
    """The longest delay of a round trip beyond the network's own."""
    return [
        Row(f"longest standstill of the wire beside {_SESSIONS} busy sessions", figures.get("first"),
            "the same threads, waiting in line", figures.get("in line"), "ms", Within(0.2)),
    ]


def measure() -> Figures:
    """Milliseconds, the longest of all rounds. Where no thread may go first the two are alike."""
    with _busy():
        longest = {"first": 0.0, "in line": 0.0}
        for _ in range(_ROUNDS):
            longest["first"] = max(longest["first"], _longest_delay_ms(go_first))
            longest["in line"] = max(longest["in line"], _longest_delay_ms(wait_in_line))
    return longest


@contextmanager
def _busy() -> Iterator[None]:
    """Sessions that compute: Linux gives each the same share, whatever is in it."""
    command = [sys.executable, "-I", "-S", "-c", _BUSY]
    with ExitStack() as until:
        for _ in range(_SESSIONS):
            busy = until.enter_context(subprocess.Popen(command, start_new_session=True))
            until.callback(busy.kill)
        yield


def _longest_delay_ms(take_its_place: Callable[[], None]) -> float:
    with Network(rtt_ms=_RTT_MS) as network, network.listen() as listener, network.capture():
        take_its_place()
        with network.connect(listener) as client, listener.accept()[0] as server:
            threading.Thread(target=_echo, args=(server,), daemon=True).start()
            longest = max(_round_trips_ms(client)) - _RTT_MS
            client.shutdown(socket.SHUT_WR)
    return longest


def _echo(server: socket.socket) -> None:
    while octets := server.recv(1):
        server.sendall(octets)


def _round_trips_ms(client: socket.socket) -> Iterator[float]:
    last = time.monotonic() + _SECONDS
    while (began := time.monotonic()) < last:
        client.sendall(b"?")
        client.recv(1)
        yield 1000 * (time.monotonic() - began)
