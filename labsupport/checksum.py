"""The checksum of IPv4 and TCP (RFC 1071). Pure Python."""

from __future__ import annotations

import struct


def ones_complement_sum(octets: bytes, start: int = 0) -> int:
    """The ones' complement sum of the 16-bit words; zeros pad an odd octet on its right (RFC 1071 §1)."""
    octets += b"\0" * (len(octets) % 2)
    total: int = start + sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def internet_checksum(octets: bytes) -> int:
    """What goes into the header: the ones' complement of the sum, its own field counted as zero."""
    return 0xFFFF ^ ones_complement_sum(octets)
