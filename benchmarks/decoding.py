"""Decoding 10 000 segments: ours, scapy, dpkt and tshark on the same packets. All must read the same."""

from __future__ import annotations

import importlib.util
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.report import Faster, Figures, Row
from benchmarks.rounds import milliseconds, timed
from labsupport.network import pcap
from labsupport.network.packet import decode, encode
from labsupport.network.pcap import Packet
from labsupport.records import Endpoint

PEERS = ("scapy", "dpkt", "tshark")
_COUNT, _ROUNDS = 10_000, 3
_FIELDS = ("tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value", "tcp.len")
_TIMESTAMPS = bytes.fromhex("0101080a0012d68700130a1f")


class Decoder(NamedTuple):
    """A way to decode all packets, and to read from one result what all decoders must agree on.

    That is: both ports, sequence and acknowledgment number, window, octets of data.
    """

    decode: Callable[[], list[Any]]
    numbers: Callable[[Any], tuple[int, ...]]


def rows(figures: Figures) -> list[Row]:
    """Our time beside each peer's; for tshark it is that of the whole program, reading the file included."""
    what = f"decoding {_COUNT} segments, processor time"
    targets = {"scapy": Faster(20)}
    return [Row(what, figures.get("ours"), peer, figures.get(peer), "ms", targets.get(peer)) for peer in PEERS]


def measure() -> Figures:
    """Milliseconds of processor time by decoder, in which what else the machine does is not counted."""
    packets = list(segments(_COUNT))
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        decoders = _decoders(packets, Path(folder) / "segments.pcap")
        check_agreement(decoders)
        sides = {name: timed(decoder.decode, _processor_time) for name, decoder in decoders.items()}
        return milliseconds(sides, _ROUNDS)


def segments(count: int) -> Iterator[bytes]:
    """Packets of a hundred connections in turn, each with the timestamps option and 0 to 999 octets of data."""
    server = Endpoint("192.0.2.2", 80)
    for number in range(count):
        client = Endpoint("192.0.2.1", 40_000 + number % 100)
        yield encode(client, server, {"PSH", "ACK"}, seq=number, ack=count - number, window=number % 65536,
                     options=_TIMESTAMPS, payload=b"x" * (number % 1000))


def check_agreement(decoders: Mapping[str, Decoder]) -> None:
    """Raise RuntimeError where one decoder reads other numbers than ours does."""
    expected = list(map(decoders["ours"].numbers, decoders["ours"].decode()))
    for name, decoder in decoders.items():
        if list(map(decoder.numbers, decoder.decode())) != expected:
            raise RuntimeError(f"{name} decodes the segments to other numbers than ours does")


def _decoders(packets: list[bytes], file: Path) -> dict[str, Decoder]:
    decoders = {"ours": Decoder(
        lambda: [decode(packet) for packet in packets],
        lambda s: (s.source.port, s.destination.port, s.seq, s.ack, s.window, s.length),
    )}
    if importlib.util.find_spec("scapy"):
        decoders["scapy"] = _scapy(packets)
    if importlib.util.find_spec("dpkt"):
        decoders["dpkt"] = _dpkt(packets)
    if shutil.which("tshark"):
        pcap.write(file, [Packet(number, packet) for number, packet in enumerate(packets)])
        decoders["tshark"] = _tshark(file)
    return decoders


def _scapy(packets: list[bytes]) -> Decoder:
    from scapy.layers.inet import IP, TCP

    def numbers(packet: Any) -> tuple[int, ...]:
        tcp = packet[TCP]
        return (tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.window, len(tcp.payload))

    return Decoder(lambda: [IP(packet) for packet in packets], numbers)


def _dpkt(packets: list[bytes]) -> Decoder:
    from dpkt.ip import IP

    def numbers(packet: Any) -> tuple[int, ...]:
        tcp = packet.data
        return (tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.win, len(tcp.data))

    return Decoder(lambda: [IP(packet) for packet in packets], numbers)


def _tshark(file: Path) -> Decoder:
    fields = [argument for field in _FIELDS for argument in ("-e", field)]

    def lines() -> list[str]:
        command = ["tshark", "-n", "-r", str(file), "-T", "fields", *fields]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()

    return Decoder(lines, lambda line: tuple(map(int, line.split("\t"))))


def _processor_time() -> float:
    """Seconds that this process and the children it waited for have computed."""
    uses = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)
