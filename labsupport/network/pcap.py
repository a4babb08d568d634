"""Capture files with nanosecond time: the classic pcap format, link type RAW (a packet starts at its IP header)."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from labsupport.errors import ReaderError

_NANOSECONDS, _MICROSECONDS = 0xA1B23C4D, 0xA1B2C3D4
_LINKTYPE_RAW, _SNAPLEN = 101, 262_144
_HEADER_LENGTHS = {1: 14, 101: 0, 113: 16, 228: 0, 276: 20}
"""Octets before the IP header by link type: Ethernet, raw IP, Linux cooked, raw IPv4, Linux cooked v2."""


class Packet(NamedTuple):
    """One captured IP packet and when it passed, in nanoseconds since the epoch."""

    time_ns: int
    octets: bytes


class BadCapture(ReaderError, ValueError):
    """The file is not a capture that can be read; the message names the file and the remedy."""


def write(path: Path, packets: Iterable[Packet]) -> None:
    """Write packets so that tshark, Wireshark and tcpdump read them. The file appears whole or not at all."""
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("wb") as file:
            file.write(struct.pack("<IHHiIII", _NANOSECONDS, 2, 4, 0, 0, _SNAPLEN, _LINKTYPE_RAW))
            for packet in packets:
                seconds, rest = divmod(packet.time_ns, 10**9)
                size = len(packet.octets)
                file.write(struct.pack("<IIII", seconds, rest, size, size) + packet.octets)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def read(path: Path) -> list[Packet]:
    """The packets of a capture file: pcap with micro- or nanoseconds, either byte order, five link types.

    Raises `BadCapture` for a file that is missing, empty, cut off or of another format.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadCapture(f"{path}: cannot be read ({error.strerror})") from None
    return list(_packets(path, content))


def _packets(path: Path, content: bytes) -> Iterator[Packet]:
    order, unit = _byte_order_and_unit(path, content)
    linktype = struct.unpack_from(order + "I", content, 20)[0] & 0x0FFF_FFFF
    if linktype not in _HEADER_LENGTHS:
        told = "is not supported; capture on Ethernet, lo, a TUN device or 'any'"
        raise BadCapture(f"{path}: link type {linktype} {told}")
    skip, at = _HEADER_LENGTHS[linktype], 24
    while at < len(content):
        if at + 16 > len(content):
            raise BadCapture(f"{path}: ends inside a packet's header; the file was cut off, record it again")
        seconds, rest, kept, size = struct.unpack_from(order + "IIII", content, at)
        at += 16
        if at + kept > len(content):
            raise BadCapture(f"{path}: ends inside a packet; the file was cut off, record it again")
        if kept < size:
            raise BadCapture(f"{path}: holds only the first {kept} of a packet's {size} bytes; capture with snaplen 0")
        yield Packet(seconds * 10**9 + rest * unit, content[at + skip : at + kept])
        at += kept


def _byte_order_and_unit(path: Path, content: bytes) -> tuple[str, int]:
    if not content:
        raise BadCapture(f"{path}: the file is empty; record it again")
    for order in "<>":
        for magic, unit in ((_NANOSECONDS, 1), (_MICROSECONDS, 1000)):
            if content[:4] == struct.pack(order + "I", magic) and len(content) >= 24:
                return order, unit
    if content[:4] == b"\x0a\x0d\x0d\x0a":
        raise BadCapture(f"{path}: pcapng is not supported; convert it with: editcap -F nsecpcap {path.name} out.pcap")
    raise BadCapture(f"{path}: not a pcap file (it starts with {content[:4].hex(' ')}); write one with tcpdump -w")
