"""How soon a capture keeps the first SYN, waited for and not waited for."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.capturers import Capturer, Ours, peers
from benchmarks.private import measure_in_private
from benchmarks.report import Exactly, Faster, Figures, Row
from benchmarks.rounds import Side, alternate, milliseconds
from labsupport.network import Network
from labsupport.network.packet import carries_tcp, decode

PEERS = ("scapy", "tcpdump")
_ROUNDS = 11
_AT_ONCE = 10


def rows(figures: Figures) -> list[Row]:
    """Our times beside each peer's, and how many SYNs are kept when nobody waits."""
    return [
        row
        for peer in PEERS
        for row in (
            _row("from the call to the first SYN kept", "", figures, peer, "ms", Faster(20)),
            _row(f"of {_AT_ONCE} SYNs sent at once, kept", " at once", figures, peer, "SYNs", Exactly(_AT_ONCE)),
        )
    ]


def _row(what: str, kind: str, figures: Figures, peer: str, unit: str, target: Faster | Exactly) -> Row:
    return Row(what, figures.get("ours" + kind), peer, figures.get(peer + kind), unit, target)


def measure() -> Figures:
    """Milliseconds by tool, and the number of SYNs kept under the tool's name with ` at once`."""
    return measure_in_private(__name__)


def measure_here() -> Figures:
    """The same in a process that may capture on its own loopback."""
    with Network() as network:
        makers: dict[str, Callable[[], Capturer]] = {"ours": lambda: Ours(network), **peers(*PEERS)}
        waiting = {name: _side(make) for name, make in makers.items()}
        alternate(waiting, 1)  # imports, caches
        figures = milliseconds(waiting, _ROUNDS)
        for name, make in makers.items():
            figures[f"{name} at once"] = sum(_kept_at_once(make()) for _ in range(_AT_ONCE))
    return figures


def _side(make: Callable[[], Capturer]) -> Side:
    return lambda: _seconds_to_first_syn(make())


def _seconds_to_first_syn(capturer: Capturer) -> float:
    """From the call until a SYN sent when the tool says it is ready has passed; infinite if it was not kept."""
    with capturer.listen() as listener, capturer.socket() as client:
        began = time.perf_counter()
        capturer.start()
        capturer.wait_until_ready()
        client.connect(listener.getsockname())
        took = time.perf_counter() - began
    return took if _has_syn(capturer.stop()) else float("inf")


def _kept_at_once(capturer: Capturer) -> bool:
    with capturer.listen() as listener, capturer.socket() as client:
        capturer.start()
        client.connect(listener.getsockname())
    capturer.wait_until_ready()
    return _has_syn(capturer.stop())


def _has_syn(packets: list[bytes]) -> bool:
    return any(decode(packet).flags == {"SYN"} for packet in packets if carries_tcp(packet))
