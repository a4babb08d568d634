"""An IPv4 packet with a TCP segment, field by field, down to the single bit (RFC 9293 §3.1). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator

from labsupport.dissection.checksums import tcp_verdict
from labsupport.dissection.fields import (
    Dissection,
    Field,
    Layout,
    always,
    ephemeral,
    four_digits,
    group,
    raw,
    read,
    words,
)
from labsupport.dissection.ipv4 import Bounds, bounds, header_fields, trailer
from labsupport.dissection.options import TCP_KINDS, options
from labsupport.dissection.text import printable

STANDARD = "RFC 9293 §3.1"
_FIXED = 20
_SPOKEN = ("SYN", "FIN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
_BITS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")


def carries_tcp(octets: bytes) -> bool:
    """True for octets with version 4 in the first four bits and protocol 6 in the tenth octet (RFC 791 §3.1).

    An HTTP message may begin with the same four bits (`GET` does), and has no control character as its tenth
    octet: a well-formed first line takes at least twelve.
    """
    return octets[:1] != b"" and octets[0] >> 4 == 4 and octets[9:10] == b"\x06"


def tcp_packet(packet: bytes) -> Dissection:
    """Dissect an IPv4 packet that carries a TCP segment.

    A packet that is cut off is dissected as far as its octets go, and the notes say where they end. Raises
    `DissectionError`, a `ValueError`, for anything but an unfragmented IPv4 packet with TCP.
    """
    where = bounds(packet)
    fields = (*header_fields(packet, where.header), *_segment(packet, where), *trailer(packet, where.total))
    flags = _spoken(packet[where.header + 13]) if where.end > where.header + 13 else "TCP segment"
    return Dissection(
        f"{flags} in an IPv4 packet of {where.total} octets", packet, fields, tuple(_notes(packet, where))
    )


def _spoken(flags: int) -> str:
    names = [name for bit, name in enumerate(_BITS) if flags >> bit & 1]
    return "·".join(sorted(names, key=_SPOKEN.index)) or "no flag"


_FLAGS = (
    Layout("CWR", 1, "the sender has reduced its congestion window", standard="RFC 3168 §6.1"),
    Layout(
        "ECE",
        1,
        "echo of a congestion signal; in a SYN, readiness for such signals",
        standard="RFC 3168 §6.1",
    ),
    Layout("URG", 1, "the urgent pointer counts"),
    Layout("ACK", 1, "the acknowledgment number counts"),
    Layout("PSH", 1, "push: hand the data on without waiting for more"),
    Layout("RST", 1, "reset: the connection is void"),
    Layout("SYN", 1, "synchronize: the sequence number is the initial one"),
    Layout("FIN", 1, "no more data from the sender"),
)
_LAYOUT = (
    Layout("Source port", 16, "port of the sender", measured=ephemeral),
    Layout("Destination port", 16, "port of the receiver", measured=ephemeral),
    Layout("Sequence number", 32, "number of the first octet of data", measured=always),
    Layout("Acknowledgment number", 32, "next sequence number that the sender expects", measured=bool),
    Layout("Data offset", 4, "length of the TCP header, in words of 32 bits", words),
    Layout("Reserved", 4, "must be zero"),
    Layout("Flags", 8, "control bits", _spoken, parts=_FLAGS),
    Layout("Window", 16, "octets the sender is ready to take", measured=always),
    Layout("Checksum", 16, "protects addresses, TCP header and data", four_digits, always),
    Layout("Urgent pointer", 16, "end of urgent data; means nothing without URG"),
)


def _segment(packet: bytes, where: Bounds) -> Iterator[Field]:
    first, end = where.header, where.end
    fixed = read(_LAYOUT, packet[:end], 8 * first, STANDARD, _remarks(packet, where))
    if fixed:
        yield group("TCP header", fixed, packet, "", STANDARD)
        first = fixed[-1].end_bit // 8
    if first < where.header + _FIXED:
        yield from _undecoded(packet, first, end, "the octets end within the fixed part of the TCP header")
        return
    header_end = where.header + 4 * (packet[where.header + 12] >> 4)
    if header_end < first or header_end > where.total:
        yield from _undecoded(
            packet, first, end, "the data offset is malformed: it points outside the segment"
        )
        return
    listed = tuple(options(packet, first, min(header_end, end), TCP_KINDS, STANDARD))
    if listed:
        yield group("TCP options", listed, packet, "", STANDARD)
    yield from _data(packet, header_end, end)


def _remarks(packet: bytes, where: Bounds) -> dict[str, str]:
    flags = packet[where.header + 13] if where.end > where.header + 13 else 0
    remarks = {"Checksum": f"protects addresses, TCP header and data: {_checksum(packet, where)}"}
    if flags & 0x02:
        remarks["Sequence number"] = "initial sequence number: the SYN's own number, data follows it"
        remarks["Window"] = "octets the sender is ready to take; never scaled in a SYN"
    if not flags & 0x10:
        remarks["Acknowledgment number"] = "means nothing without ACK"
    return remarks


def _checksum(packet: bytes, where: Bounds) -> str:
    segment = packet[where.header : where.end]
    if where.end < where.total or len(segment) < _FIXED:
        return "cannot be checked, octets are missing"
    return tcp_verdict(packet[12:16], packet[16:20], segment)


def _data(packet: bytes, first: int, end: int) -> Iterator[Field]:
    if first >= end:
        return
    octets = packet[first:end]
    meaning = f"{len(octets)} octets of the application's bytes"
    leaf = Field("Octets", 8 * first, 8 * len(octets), octets, printable(octets), meaning, STANDARD)
    yield group("Data", (leaf,), packet, "", STANDARD)


def _undecoded(packet: bytes, first: int, end: int, meaning: str) -> Iterator[Field]:
    if first < end:
        yield group(
            "Undecoded", (raw("Octets", packet, first, end, meaning, STANDARD, True),), packet, "", STANDARD
        )


def _notes(packet: bytes, where: Bounds) -> Iterator[str]:
    if len(packet) < where.total:
        yield f"The bytes end after {len(packet)} of {where.total} octets; the rest was not captured."
    if len(packet) > where.total:
        yield f"The packet ends after {where.total} octets; {len(packet) - where.total} more follow."
