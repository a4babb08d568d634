"""Named bytes: every octet of a packet with its field, value, meaning and section of the standard."""

from __future__ import annotations

from labsupport.dissection.fields import Dissection, Field
from labsupport.dissection.ipv4 import DissectionError
from labsupport.dissection.tcp import tcp_packet
from labsupport.records import Segment

__all__ = ["Dissection", "DissectionError", "Field", "dissect"]


def dissect(what: Segment | bytes | bytearray | memoryview) -> Dissection:
    """Name every octet of a segment's packet, or of the bytes of an IPv4 packet with a TCP segment.

    Raises `DissectionError`, a `ValueError` that names the input and the remedy, for anything else.
    """
    if isinstance(what, Segment):
        if not what.packet:
            raise DissectionError("this segment came without its packet; dissect a segment of a capture")
        return tcp_packet(what.packet)
    if isinstance(what, bytes | bytearray | memoryview):
        return tcp_packet(bytes(what))
    raise DissectionError(
        f"a {type(what).__name__} has no bytes to name; hand over a Segment or the bytes of a packet"
    )
