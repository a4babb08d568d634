"""Bytes to segments and back: IPv4 packets that carry TCP (RFC 791 §3.1, RFC 9293 §3.1). Pure Python."""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterable

from labsupport.checksum import internet_checksum
from labsupport.records import FLAGS, Endpoint, Segment

_TCP_HEADER = struct.Struct("!HHIIBBHHH")
_read_ip = struct.Struct("!BxHxxxxxBxx4s4s").unpack_from
_read_tcp = struct.Struct("!HHIIBBHxxxx").unpack_from
_read_length = struct.Struct("!H").unpack_from
_BITS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}
_NO_FRAGMENTS, _TCP = 0x4000, 6


class NotTcp(ValueError):
    """The bytes are not one whole IPv4 packet with a TCP segment in it."""


def decode(packet: bytes, sent_ns: int = 0, arrived_ns: tuple[int, ...] = ()) -> Segment:
    """The segment that an IPv4 packet carries.

    Raises `NotTcp`, which says what is wrong, for anything but one whole, unfragmented IPv4 packet with TCP.
    """
    try:
        version, total, protocol, source, destination = _read_ip(packet)
        header = (version & 15) * 4
        sport, dport, seq, ack, offset, flags, window = _read_tcp(packet, header)
    except struct.error:
        raise NotTcp(explain(packet)) from None
    data = header + (offset >> 4) * 4
    if version >> 4 != 4 or protocol != _TCP or header < 20 or not header + 20 <= data <= total <= len(packet):
        raise NotTcp(explain(packet))
    return Segment(
        _endpoint(source, sport), _endpoint(destination, dport), seq, ack, FLAGS[flags],
        window, packet[header + 20 : data], packet[data:total], packet, sent_ns, arrived_ns,
    )


def carries_tcp(packet: bytes) -> bool:
    """True for an IPv4 packet whose protocol field says TCP; says nothing of what follows the header."""
    return len(packet) > 20 and packet[0] >> 4 == 4 and packet[9] == _TCP


def explain(packet: bytes) -> str:
    """Why the bytes are not one whole IPv4 packet with a TCP segment; the text of `NotTcp`."""
    if len(packet) < 20:
        return f"{len(packet)} bytes are too few for an IPv4 header, which has 20"
    if packet[0] >> 4 != 4:
        return f"not IPv4: the version field says {packet[0] >> 4}"
    if packet[9] != _TCP:
        return f"not TCP: the protocol field says {packet[9]}, TCP is {_TCP}"
    total = _read_length(packet, 2)[0]
    if total > len(packet):
        return f"truncated: the IPv4 header promises {total} bytes, {len(packet)} are there; capture whole packets"
    return "damaged: a header length field points outside the packet"


def encode(
    source: Endpoint, destination: Endpoint, flags: Iterable[str], *, seq: int, ack: int = 0, payload: bytes = b"",
    window: int = 64240, options: bytes = b"",
) -> bytes:
    """A packet as a host would have sent it, checksums included, for experiments that forge one.

    `seq` and `ack` are absolute and taken modulo 2³². `options` are padded to a multiple of four octets.
    Raises `ValueError` for a flag that TCP does not have.
    """
    unknown = set(flags) - _BITS.keys()
    if unknown:
        raise ValueError(f"no TCP flag is called {', '.join(sorted(unknown))}; the flags are {', '.join(_BITS)}")
    options += b"\0" * (-len(options) % 4)
    bits = sum(_BITS[flag] for flag in set(flags))
    tcp = _TCP_HEADER.pack(
        source.port, destination.port, seq % 2**32, ack % 2**32, (5 + len(options) // 4) << 4, bits, window, 0, 0
    ) + options + payload
    addresses = address_octets(source.host) + address_octets(destination.host)
    pseudo_header = addresses + struct.pack("!HH", _TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", internet_checksum(pseudo_header + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, _NO_FRAGMENTS, 64, _TCP, 0) + addresses
    return ip[:10] + struct.pack("!H", internet_checksum(ip)) + ip[12:] + tcp


def address_octets(host: str) -> bytes:
    """The four octets of an IPv4 address written with dots. Raises `ValueError` for anything else."""
    numbers = host.split(".")
    if len(numbers) != 4 or not all(number.isdecimal() and int(number) < 256 for number in numbers):
        raise ValueError(f"{host!r} is no IPv4 address; write four numbers from 0 to 255 with dots, as in 192.0.2.1")
    return bytes(map(int, numbers))


@functools.lru_cache(maxsize=4096)
def _endpoint(address: bytes, port: int) -> Endpoint:
    """One record for each end of a connection, which all its segments share: making it anew is slow."""
    return Endpoint(".".join(map(str, address)), port)
