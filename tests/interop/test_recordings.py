"""Every recording through other eyes: tshark and dpkt read in it what our decoder reads."""

import subprocess
from pathlib import Path

import dpkt
import pytest

from labsupport.network import pcap
from labsupport.network.packet import decode
from labsupport.network.tshark import tshark_file
from labsupport.records import FLAGS

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = sorted((ROOT / "chapters" / "recordings").rglob("*.pcap"))

FIELDS = (
    "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags",
    "tcp.window_size_value",
    "tcp.len", "tcp.options", "tcp.payload", "frame.time_epoch", "ip.len",
)


def by_name(path):
    return f"{path.parent.name}/{path.stem}"


def test_there_are_recordings():
    assert len(RECORDINGS) > 10


@pytest.mark.needs("tshark")
@pytest.mark.parametrize("path", RECORDINGS, ids=by_name)
def test_tshark_agrees_on_every_field(path):
    packets = pcap.read(path)
    rows = tshark_file(path, *FIELDS)
    assert len(rows) == len(packets)
    for packet, row in zip(packets, rows, strict=True):
        segment = decode(packet.octets)
        assert row == [
            segment.source.host, str(segment.source.port), segment.destination.host, str(segment.destination.port),
            str(segment.seq), str(segment.ack), f"0x{FLAGS.index(segment.flags):04x}", str(segment.window),
            str(segment.length), segment.options.hex(), segment.payload.hex(),
            f"{packet.time_ns // 10**9}.{packet.time_ns % 10**9:09d}", str(len(packet.octets)),
        ]


@pytest.mark.needs("tshark")
@pytest.mark.parametrize("path", RECORDINGS, ids=by_name)
def test_tshark_finds_the_checksums_right(path):
    if "192.0.2." not in tshark_file(path, "ip.src")[0][0]:
        assert decode(pcap.read(path)[0].octets).source.host == "127.0.0.1"  # filled in by no one on loopback
        return
    done = subprocess.run(
        ["tshark", "-n", "-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
         "-Y", "tcp.checksum.status == 0 || ip.checksum.status == 0"],
        capture_output=True, text=True, check=True,
    )
    assert done.stdout == ""


@pytest.mark.parametrize("path", RECORDINGS, ids=by_name)
def test_dpkt_agrees(path):
    for packet in pcap.read(path):
        segment, ip = decode(packet.octets), dpkt.ip.IP(packet.octets)
        tcp = ip.data
        assert (segment.seq, segment.ack, segment.window) == (tcp.seq, tcp.ack, tcp.win)
        assert (segment.options, segment.payload) == (tcp.opts, tcp.data)
        assert segment.flags == FLAGS[tcp.flags]

