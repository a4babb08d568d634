"""From what was seen at the two ends of a wire to segments that left and arrived. Pure Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from labsupport.network.packet import address_octets, decode
from labsupport.network.pcap import Packet
from labsupport.records import Segment


def join(packets: Sequence[Sequence[Packet]], client: str) -> tuple[Segment, ...]:
    """The segments of a wire from what was seen at its two ends, in the order in which they were sent.

    `packets` is what was seen at the client, whose address is `client`, and at the server. What one end saw leave
    and the other saw arrive is one segment; what only left was lost; what only arrived was forged. With one
    vantage point, a loopback, a segment is sent and arrives at the same moment.
    """
    packets = [_in_order(vantage) for vantage in packets]
    if len(packets) == 1:
        return tuple(decode(packet.octets, packet.time_ns, (packet.time_ns,)) for packet in packets[0])
    departures: dict[bytes, list[int]] = defaultdict(list)
    arrivals: dict[bytes, list[int]] = defaultdict(list)
    for at_client, vantage in zip((True, False), packets, strict=True):
        for packet in vantage:
            from_client = packet.octets[12:16] == address_octets(client)
            (departures if from_client == at_client else arrivals)[packet.octets].append(packet.time_ns)
    segments = [segment for octets, sent in departures.items() for segment in _copies(octets, sent, arrivals[octets])]
    forged = [(octets, at) for octets, times in arrivals.items() if octets not in departures for at in times]
    segments += [replace(decode(octets, at, (at,)), forged=True) for octets, at in forged]
    return tuple(sorted(segments, key=lambda segment: (segment.sent_ns, not segment.forged)))


def _in_order(vantage: Sequence[Packet]) -> list[Packet]:
    """Packets with times that never run backward.

    A packet that comes while the kernel has only just been asked for time stamps is stamped when it is read, which may
    be after the next one passed. The order in which they were queued is right.
    """
    ordered: list[Packet] = []
    latest = math.inf
    for packet in reversed(vantage):
        latest = min(latest, packet.time_ns)
        ordered.append(packet._replace(time_ns=int(latest)))
    return ordered[::-1]


def _copies(octets: bytes, sent: Sequence[int], arrived: Sequence[int]) -> Iterator[Segment]:
    """One segment for each departure of the same bytes.

    As many arrivals as departures belong together in order; otherwise a departure has what arrived before the next.
    """
    if len(sent) == len(arrived):
        yield from (decode(octets, at, (then,)) for at, then in zip(sent, arrived, strict=True))
        return
    for at, until in zip(sent, (*sent[1:], math.inf), strict=True):
        yield decode(octets, at, tuple(time_ns for time_ns in arrived if at <= time_ns < until))
