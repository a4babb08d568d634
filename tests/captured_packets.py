"""Packets that Linux 6.18 sent, as tcpdump and a raw socket captured them: IPv4 header first.

Those between 10.9.0.1 and 10.9.0.2 crossed a TUN device with whole checksums. Those on 127.0.0.1 come
from the loopback interface, where the kernel leaves the checksum to a network card that is not there.
"""

from __future__ import annotations

import struct

from labsupport.checksum import internet_checksum
from labsupport.network.packet import encode
from labsupport.records import Endpoint

SYN = bytes.fromhex(
    "4500003c10a84000400616000a0900010a090002cc7d1f406f8a0e7100000000"
    "a002faf0d7f10000020405b40402080af38403c8000000000103030a"
)
SYN_ACK = bytes.fromhex(
    "4500003c00004000400626a80a0900020a0900011f40cc7d914ae27f6f8a0e72"
    "a012fe8858b10000020405b40402080ae2f124dbf38403c80103030a"
)
ACK = bytes.fromhex(
    "4500003410a94000400616070a0900010a090002cc7d1f406f8a0e72914ae2808010003f857900000101080af3840419e2f124db"
)
RESPONSE = bytes.fromhex(
    "4500005d684f40004006be370a0900020a0900011f40cc7d914ae2806f8a0ec0"
    "801800405bec00000101080ae2f12553f3840441"
    "485454502f312e3120323030204f4b0d0a436f6e74656e742d4c656e6774683a20330d0a0d0a6f6b0a"
)
FIN_ACK = bytes.fromhex(
    "4500003410ac4000400616040a0900010a090002cc7d1f406f8a0ec0914ae2a98011003f83ac00000101080af38404f6e2f12553"
)
LOOPBACK_SYN = bytes.fromhex(
    "4500003c05124000400637a87f0000017f000001a69a46a0586f851700000000"
    "a002ffd7fe3000000204ffd70402080a9ca2dd71000000000103030a"
)
FAST_OPEN_SYN = bytes.fromhex(
    "45000040ba314000400682847f0000017f000001a6a646a0c206f1da00000000"
    "b002ffd7fe3400000204ffd70402080a51bb1c0a000000000103030a22020101"
)
RESET = bytes.fromhex("450000280000400040063cce7f0000017f00000146a197f000000000e84bd47550140000167b0000")
CAPTURED = {
    "SYN": SYN,
    "SYN·ACK": SYN_ACK,
    "ACK": ACK,
    "response": RESPONSE,
    "FIN·ACK": FIN_ACK,
    "loopback SYN": LOOPBACK_SYN,
    "Fast Open SYN": FAST_OPEN_SYN,
    "reset": RESET,
}


def with_options(options: bytes, payload: bytes = b"", flags: frozenset[str] = frozenset({"ACK"})) -> bytes:
    """A whole packet with these TCP options, padded with zeros to a multiple of four octets."""
    client, server = Endpoint("10.9.0.1", 40000), Endpoint("10.9.0.2", 80)
    return encode(client, server, flags, seq=1000, ack=2000, options=options, payload=payload)


def with_ipv4_options(packet: bytes, options: bytes) -> bytes:
    """The packet with a longer IPv4 header, whose lengths and checksum fit."""
    header = bytearray(packet[:20] + options)
    header[0] = 0x40 | len(header) // 4
    header[2:4] = struct.pack("!H", len(packet) + len(options))
    header[10:12] = b"\0\0"
    header[10:12] = struct.pack("!H", internet_checksum(bytes(header)))
    return bytes(header) + packet[20:]
