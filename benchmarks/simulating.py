"""One exchange in the model of TCP, against the same between two sockets on loopback, by the kernel."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from benchmarks.report import Figures, Row, Within
from benchmarks.rounds import milliseconds, timed
from labsupport.network.model import Model
from labsupport.records import Conversation

_EXCHANGES, _ROUNDS = 20, 5
_DATA = b"octets"


def rows(figures: Figures) -> list[Row]:
    """Python that follows every rule of TCP beside C that does."""
    return [Row(f"{_EXCHANGES} exchanges in the model, processor time", figures.get("model"),
                "the kernel, on loopback", figures.get("kernel"), "ms", Within(20))]


def measure() -> Figures:
    """Milliseconds of `model` and of `kernel`."""
    sides = {
        "model": timed(lambda: _times(simulated), time.process_time),
        "kernel": timed(lambda: _times(_on_loopback), time.process_time),
    }
    return milliseconds(sides, _ROUNDS)


def simulated() -> Conversation:
    """The handshake, a request and its response, and the close: eleven segments."""
    model = Model()
    caller = model.connect(door := model.listen())
    model.run(until=lambda: door.accepted)
    peer, = door.accepted
    for sender in (caller, peer):
        sender.send(_DATA)
        model.run(seconds=0.3)
    caller.close()
    peer.close()
    model.run()
    return model.conversation


def _times(exchange: Callable[[], object]) -> None:
    for _ in range(_EXCHANGES):
        exchange()


def _on_loopback() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as caller,
        listener.accept()[0] as peer,
    ):
        for sender, receiver in ((caller, peer), (peer, caller)):
            sender.sendall(_DATA)
            receiver.recv(len(_DATA))
