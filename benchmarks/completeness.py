"""How many segments of 200 exchanges a capture misses, and how many it has twice; the kernel counts them too."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.capturers import Capturer, Ours, peers
from benchmarks.private import measure_in_private
from benchmarks.report import Exactly, Figures, Row
from labsupport.network import Network
from labsupport.network.packet import carries_tcp

PEERS = ("scapy", "tcpdump", "tshark")
_EXCHANGES = 200


def rows(figures: Figures) -> list[Row]:
    """What we missed and doubled, which must be nothing, beside each peer."""
    return [
        Row(f"segments {fault} in {_EXCHANGES} exchanges", figures.get(f"ours {fault}"),
            peer, figures.get(f"{peer} {fault}"), "segments", Exactly(0))
        for peer in PEERS for fault in ("missed", "doubled")
    ]


def measure() -> Figures:
    """Segments missed and doubled by tool, e.g. `scapy doubled`."""
    return measure_in_private(__name__)


def measure_here() -> Figures:
    """The same in a process that may capture on its own loopback."""
    figures: dict[str, float] = {}
    with Network() as network:
        makers: dict[str, Callable[[], Capturer]] = {"ours": lambda: Ours(network), **peers(*PEERS)}
        for name, make in makers.items():
            passed, packets = _exchange(make())
            figures |= {f"{name} {fault}": count for fault, count in faults(passed, packets).items()}
    return figures


def faults(passed: int, packets: list[bytes]) -> dict[str, int]:
    """How many of the segments that passed are not among the packets, and how many packets are there again."""
    segments = [packet for packet in packets if carries_tcp(packet)]
    different = len(set(segments))
    return {"missed": passed - different, "doubled": len(segments) - different}


def _exchange(capturer: Capturer) -> tuple[int, list[bytes]]:
    """The number of segments that the kernel received, and the packets that were captured."""
    with capturer.listen() as listener:
        capturer.start()
        capturer.wait_until_ready()
        before = capturer.segments_received()  # some tools connect to something themselves when they start
        for number in range(_EXCHANGES):
            with capturer.socket() as client:
                client.connect(listener.getsockname())
                with listener.accept()[0] as server:
                    client.sendall(b"%d" % number)
                    server.recv(10)
        packets = capturer.stop()
        return capturer.segments_received() - before, packets
