"""Capture files."""

import struct

import pytest

from labsupport.network import pcap
from labsupport.network.pcap import BadCapture, Packet

PACKETS = [Packet(1_700_000_000_123_456_789, b"first"), Packet(1_700_000_001_000_000_001, b"")]


def test_what_is_written_is_read_to_the_nanosecond(tmp_path):
    path = tmp_path / "two.pcap"
    pcap.write(path, PACKETS)
    assert pcap.read(path) == PACKETS


def test_writing_leaves_nothing_half_done(tmp_path):
    path = tmp_path / "two.pcap"
    pcap.write(path, PACKETS)
    with pytest.raises(TypeError):
        pcap.write(path, [Packet(0, "no bytes")])  # type: ignore[arg-type]
    assert pcap.read(path) == PACKETS
    assert [entry.name for entry in tmp_path.iterdir()] == ["two.pcap"]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "unit"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
@pytest.mark.parametrize(("linktype", "header"), [(1, 14), (101, 0), (113, 16), (228, 0), (276, 20)])
def test_reads_captures_of_other_programs(tmp_path, order, magic, unit, linktype, header):
    octets = b"\xee" * header + b"packet"
    path = tmp_path / "other.pcap"
    path.write_bytes(
        struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, linktype)
        + struct.pack(order + "IIII", 10, 20, len(octets), len(octets)) + octets
    )
    assert pcap.read(path) == [Packet(10 * 10**9 + 20 * unit, b"packet")]


def bad(tmp_path, content):
    path = tmp_path / "bad.pcap"
    path.write_bytes(content)
    with pytest.raises(BadCapture) as caught:
        pcap.read(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def whole(tmp_path):
    path = tmp_path / "whole.pcap"
    pcap.write(path, PACKETS)
    return path.read_bytes()


def test_an_empty_file_is_named_as_empty(tmp_path):
    assert "is empty" in bad(tmp_path, b"")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadCapture, match=r"nothing\.pcap: cannot be read"):
        pcap.read(tmp_path / "nothing.pcap")


def test_a_foreign_file_is_refused_with_what_it_begins_with(tmp_path):
    assert "starts with 47 45 54 20" in bad(tmp_path, b"GET / HTTP/1.1\r\n" * 4)


def test_pcapng_is_refused_with_the_command_that_converts_it(tmp_path):
    assert "editcap -F nsecpcap" in bad(tmp_path, b"\x0a\x0d\x0d\x0a" + b"\0" * 40)


def test_a_truncated_file_is_refused_at_every_length_but_the_ends_of_packets(tmp_path):
    content = whole(tmp_path)
    ends_of_packets = {24, 24 + 16 + 5, len(content)}
    for length in range(1, len(content)):
        if length not in ends_of_packets:
            message = bad(tmp_path, content[:length])
            assert "cut off" in message or "not a pcap file" in message


def test_packets_that_were_not_kept_whole_are_refused(tmp_path):
    content = whole(tmp_path)[:24] + struct.pack("<IIII", 0, 0, 3, 1500) + b"abc"
    assert "holds only the first 3 of a packet's 1500 bytes; capture with snaplen 0" in bad(tmp_path, content)


def test_an_unknown_link_type_is_refused(tmp_path):
    content = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 105)
    assert "link type 105 is not supported" in bad(tmp_path, content)
