"""Recompute the checksums of an IPv4 packet with TCP and judge the captured ones. Pure Python."""

from __future__ import annotations

import struct

from labsupport.checksum import internet_checksum, ones_complement_sum

_HALF = struct.Struct("!H").unpack_from
_TCP = 6


def ipv4_verdict(header: bytes) -> str:
    """What the checksum of a whole IPv4 header is: `correct`, `incorrect` or not filled in (RFC 791 §3.1)."""
    should = internet_checksum(header[:10] + header[12:])
    return _verdict(_HALF(header, 10)[0], should, unfilled=0)


def tcp_verdict(source: bytes, destination: bytes, segment: bytes) -> str:
    """What the checksum of a whole TCP segment is, pseudo-header included (RFC 9293 §3.1).

    A sender that leaves the work to the network card stores the sum of the pseudo-header; a capture on the
    sending machine then shows that sum, and nothing is wrong.
    """
    pseudo_header = ones_complement_sum(source + destination + struct.pack("!HH", _TCP, len(segment)))
    should = 0xFFFF ^ ones_complement_sum(segment[:16] + segment[18:], pseudo_header)
    return _verdict(_HALF(segment, 16)[0], should, unfilled=pseudo_header)


def _verdict(found: int, should: int, unfilled: int) -> str:
    # In ones' complement 0x0000 and 0xffff are the same number: zero.
    if found == should or {found, should} == {0, 0xFFFF}:
        return "correct"
    if found == unfilled:
        return "not filled in (checksum offload)"
    return "incorrect"
