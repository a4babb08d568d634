"""The IPv4 header, field by field (RFC 791 §3.1; its second octet RFC 2474 §3, RFC 3168 §5). Pure Python."""

from __future__ import annotations

from dataclasses import dataclass

from labsupport.dissection.checksums import ipv4_verdict
from labsupport.dissection.fields import DissectionError, Field, Layout, always, four_digits, group, raw, read, words
from labsupport.dissection.options import IPV4_KINDS, options

STANDARD = "RFC 791 §3.1"
_FIXED = 20
_TCP = 6
_NAMES = {
    1: "ICMP",
    2: "IGMP",
    4: "IPv4 in IPv4",
    17: "UDP",
    41: "IPv6 in IPv4",
    47: "GRE",
    50: "ESP",
    132: "SCTP",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the parts of an IPv4 packet begin and end, in octets.

    `end` is where the packet ends by its own total length, or earlier where the octets end earlier.
    """

    header: int
    total: int
    end: int


def _dotted(address: int) -> str:
    return ".".join(str(octet) for octet in address.to_bytes(4, "big"))


_LAYOUT = (
    Layout("Version", 4, "version of the Internet Protocol"),
    Layout("Header length", 4, "length of this header (IHL), in words of 32 bits", words),
    Layout(
        "Type of service",
        8,
        "how routers should treat the packet",
        lambda _: "",
        parts=(
            Layout("DSCP", 6, "class of forwarding; 0 is the default", standard="RFC 2474 §3"),
            Layout("ECN", 2, "congestion signal; 0: the sender does not take part", standard="RFC 3168 §5"),
        ),
    ),
    Layout("Total length", 16, "octets of header, TCP header and data together"),
    Layout(
        "Identification", 16, "tells the fragments of one packet from those of others", four_digits, always
    ),
    Layout(
        "Flags and offset",
        16,
        "for packets that routers divide",
        lambda _: "",
        parts=(
            Layout("Reserved flag", 1, "must be zero"),
            Layout("Don't fragment", 1, "1: routers must not divide the packet"),
            Layout("More fragments", 1, "0: this is the last fragment, or the only one"),
            Layout("Fragment offset", 13, "place of the fragment, in units of 8 octets"),
        ),
    ),
    Layout("Time to live", 8, "routers the packet may still pass"),
    Layout("Protocol", 8, "6: a TCP segment follows"),
    Layout("Header checksum", 16, "protects this header", four_digits, always),
    Layout("Source address", 32, "address of the sender", _dotted),
    Layout("Destination address", 32, "address of the receiver", _dotted),
)


def bounds(packet: bytes) -> Bounds:
    """Where header and packet end. Raises `DissectionError` for all but an unfragmented packet with TCP."""
    _check_beginning(packet)
    header, total = 4 * (packet[0] & 15), int.from_bytes(packet[2:4], "big")
    if header < _FIXED or total < header:
        raise DissectionError(
            f"the IPv4 header is damaged: header length {header}, total length {total}; "
            "hand over the bytes from the first octet of the IPv4 header on"
        )
    _check_protocol(packet)
    return Bounds(min(header, len(packet)), total, min(total, len(packet)))


def _check_beginning(packet: bytes) -> None:
    if not packet:
        raise DissectionError(
            "there are no bytes; hand over an IPv4 packet, such as the packet of a captured segment"
        )
    version = packet[0] >> 4
    if version == 6:
        raise DissectionError("this is an IPv6 packet; only IPv4 is dissected, so connect to an IPv4 address")
    if version != 4:
        raise DissectionError(
            f"this is no IPv4 packet, its version is {version}; hand over the bytes from the IPv4 header on, "
            "without the header of the link"
        )
    if len(packet) < _FIXED:
        raise DissectionError(
            f"{len(packet)} bytes are less than an IPv4 header of 20; capture whole packets"
        )


def _check_protocol(packet: bytes) -> None:
    if packet[9] != _TCP:
        name = _NAMES.get(packet[9], "unknown")
        raise DissectionError(
            f"protocol {packet[9]} ({name}) is not TCP, which is 6; pick a packet of a TCP connection"
        )
    if int.from_bytes(packet[6:8], "big") & 0x3FFF:
        raise DissectionError("this is a fragment of a packet; reassemble the packet before it is dissected")


def header_fields(packet: bytes, header: int) -> tuple[Field, ...]:
    """The header, and its options as a group of their own where there are any."""
    verdict = (
        ipv4_verdict(packet[:header])
        if header == 4 * (packet[0] & 15)
        else "cannot be checked, octets are missing"
    )
    remarks = {"Header checksum": f"protects this header: {verdict}"}
    fixed = group("IPv4 header", read(_LAYOUT, packet[:_FIXED], 0, STANDARD, remarks), packet, "", STANDARD)
    if header == _FIXED:
        return (fixed,)
    found = tuple(options(packet, _FIXED, header, IPV4_KINDS, STANDARD))
    return fixed, group("IPv4 options", found, packet, "", STANDARD)


def trailer(packet: bytes, total: int) -> tuple[Field, ...]:
    """The octets after the packet's total length, where there are any."""
    if len(packet) <= total:
        return ()
    meaning = "after the packet's total length: filled in by the link, not part of the packet"
    leaf = raw("Octets", packet, total, len(packet), meaning, STANDARD, measured=True)
    return (group("Trailer", (leaf,), packet, "", STANDARD),)
