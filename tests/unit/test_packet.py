"""Packets to segments and back."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsupport.checksum import internet_checksum as checksum
from labsupport.network.packet import NotTcp, address_octets, carries_tcp, decode, encode
from labsupport.records import Endpoint

CLIENT, SERVER = Endpoint("192.0.2.1", 40_000), Endpoint("192.0.2.2", 80)


def test_a_segment_survives_the_way_to_bytes_and_back():
    packet = encode(CLIENT, SERVER, {"PSH", "ACK"}, seq=7, ack=9, payload=b"hello", window=500, options=b"\1\1")
    segment = decode(packet, 5, (6,))
    assert (segment.source, segment.destination) == (CLIENT, SERVER)
    assert (segment.seq, segment.ack, segment.window) == (7, 9, 500)
    assert segment.flags == {"PSH", "ACK"}
    assert (segment.payload, segment.options) == (b"hello", b"\1\1\0\0")
    assert (segment.packet, segment.sent_ns, segment.arrived_ns) == (packet, 5, (6,))


def test_numbers_wrap_at_two_to_the_32():
    assert decode(encode(CLIENT, SERVER, {"SYN"}, seq=2**32 + 3)).seq == 3


def test_both_checksums_are_right():
    packet = encode(CLIENT, SERVER, {"SYN"}, seq=1, payload=b"odd")
    assert checksum(packet[:20]) == 0
    pseudo_header = packet[12:20] + struct.pack("!HH", 6, len(packet) - 20)
    assert checksum(pseudo_header + packet[20:]) == 0


def test_the_checksum_of_rfc_1071_section_3():
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF ^ 0xDDF2


@pytest.mark.parametrize("flags", [set(), {"SYN"}, {"FIN", "ACK"}, {"RST"}, {"URG", "ECE", "CWR", "PSH"}])
def test_each_flag_has_its_bit(flags):
    assert decode(encode(CLIENT, SERVER, flags, seq=0)).flags == flags


def test_an_unknown_flag_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no TCP flag is called SYNC; the flags are FIN, SYN"):
        encode(CLIENT, SERVER, {"SYNC"}, seq=0)


def test_octets_after_the_packet_do_not_belong_to_the_segment():
    assert decode(encode(CLIENT, SERVER, {"ACK"}, seq=0, payload=b"x") + b"padding").payload == b"x"


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"", "0 bytes are too few"),
        (b"\x45" * 10, "10 bytes are too few"),
        (b"\x60" + b"\0" * 60, "the version field says 6"),
        (b"\x45" + b"\0" * 8 + b"\x11" + b"\0" * 30, "the protocol field says 17"),
        (encode(CLIENT, SERVER, {"ACK"}, seq=0, payload=b"cut off")[:-1], "promises 47 bytes, 46 are there"),
        (encode(CLIENT, SERVER, {"ACK"}, seq=0)[:30], "promises 40 bytes, 30 are there"),
    ],
)
def test_what_is_no_whole_segment_is_refused_with_the_reason(packet, reason):
    with pytest.raises(NotTcp, match=reason):
        decode(packet)


def test_header_lengths_that_point_outside_the_packet_are_refused():
    packet = bytearray(encode(CLIENT, SERVER, {"ACK"}, seq=0))
    packet[32] = 0xF0
    with pytest.raises(NotTcp, match="points outside the packet"):
        decode(bytes(packet))
    packet[32], packet[0] = 0x50, 0x41
    with pytest.raises(NotTcp, match="points outside the packet"):
        decode(bytes(packet))


@given(st.binary(max_size=120))
def test_hostile_bytes_raise_nothing_else(octets):
    try:
        segment = decode(octets)
    except NotTcp:
        return
    assert carries_tcp(octets)
    assert len(segment.payload) <= len(octets) - 40


@given(st.binary(min_size=60, max_size=60), st.integers(0, 59))
def test_a_mutated_packet_raises_nothing_else(noise, at):
    packet = bytearray(encode(CLIENT, SERVER, {"ACK"}, seq=1, payload=b"x" * 20))
    packet[at] = noise[at]
    try:
        decode(bytes(packet))
    except NotTcp as error:
        assert str(error)


@pytest.mark.parametrize("host", ["1.2.3", "1.2.3.256", "1.2.3.-4", "server", ""])
def test_what_is_no_address_is_refused(host):
    with pytest.raises(ValueError, match="is no IPv4 address; write four numbers from 0 to 255"):
        address_octets(host)
