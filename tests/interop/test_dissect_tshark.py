"""Our dissection and tshark's agree on every field of every packet."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from labsupport.dissection import Dissection, dissect
from labsupport.network import pcap
from tests.captured_packets import CAPTURED, with_ipv4_options, with_options

PACKETS = {
    **CAPTURED,
    "one block": with_options(bytes.fromhex("0101050a0000100000002000")),
    "four blocks": with_options(bytes.fromhex("0522") + bytes(range(32))),
    "Fast Open cookie": with_options(bytes.fromhex("220a0011223344556677"), flags=frozenset({"SYN"})),
    "unknown option": with_options(bytes.fromhex("fe06f98900aa0101")),
    "end of list": with_options(bytes.fromhex("020405b400000000")),
    "all flags": with_options(b"", flags=frozenset({"CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"})),
    "no flag": with_options(b"", flags=frozenset()),
    "router alert": with_ipv4_options(CAPTURED["SYN"], bytes.fromhex("94040000")),
}
FIELDS = {
    "Version": "ip.version",
    "Header length": "ip.hdr_len",
    "DSCP": "ip.dsfield.dscp",
    "ECN": "ip.dsfield.ecn",
    "Total length": "ip.len",
    "Identification": "ip.id",
    "Reserved flag": "ip.flags.rb",
    "Don't fragment": "ip.flags.df",
    "More fragments": "ip.flags.mf",
    "Fragment offset": "ip.frag_offset",
    "Time to live": "ip.ttl",
    "Protocol": "ip.proto",
    "Header checksum": "ip.checksum",
    "Source port": "tcp.srcport",
    "Destination port": "tcp.dstport",
    "Sequence number": "tcp.seq_raw",
    "Acknowledgment number": "tcp.ack_raw",
    "Data offset": "tcp.hdr_len",
    "CWR": "tcp.flags.cwr",
    "ECE": "tcp.flags.ece",
    "URG": "tcp.flags.urg",
    "ACK": "tcp.flags.ack",
    "PSH": "tcp.flags.push",
    "RST": "tcp.flags.reset",
    "SYN": "tcp.flags.syn",
    "FIN": "tcp.flags.fin",
    "Window": "tcp.window_size_value",
    "Checksum": "tcp.checksum",
    "Urgent pointer": "tcp.urgent_pointer",
}
OPTIONS = {
    "Octets": "tcp.options.mss_val",
    "Shift": "tcp.options.wscale.shift",
    "Timestamp value": "tcp.options.timestamp.tsval",
    "Timestamp echo reply": "tcp.options.timestamp.tsecr",
    "Left edge": "tcp.options.sack_le",
    "Right edge": "tcp.options.sack_re",
}
IN_OCTETS = ("Header length", "Data offset")
VERDICTS = {"0": "incorrect", "1": "correct", "3": "not filled in (checksum offload)"}

pytestmark = pytest.mark.needs("tshark")


@pytest.fixture(scope="module")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """What tshark says of each packet: the values of each of its fields, in their order."""
    path: Path = tmp_path_factory.mktemp("tshark") / "packets.pcap"
    pcap.write(path, [pcap.Packet(number * 10**9, octets) for number, octets in enumerate(PACKETS.values())])
    preferences = ["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "tcp.relative_sequence_numbers:FALSE"]
    command = ["tshark", "-r", str(path), "-T", "json", "--no-duplicate-keys", "-d", "tcp.port==1-65535,data"]
    command += [word for preference in preferences for word in ("-o", preference)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    packets = [_flat(packet["_source"]["layers"]) for packet in json.loads(run.stdout)]
    return dict(zip(PACKETS, packets, strict=True))


def _flat(tree: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in tree.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                for inner, values in _flat(one).items():
                    found.setdefault(inner, []).extend(values)
            elif isinstance(one, str):
                found.setdefault(name, []).append(one)
    return found


def value_of(dissection: Dissection, name: str) -> int:
    value = dissection[name].value
    assert isinstance(value, int)
    return value * 4 if name in IN_OCTETS else value


@pytest.mark.parametrize("packet", PACKETS)
def test_every_field_of_both_headers(decoded, packet):
    ours = dissect(PACKETS[packet])
    for name, field in FIELDS.items():
        assert value_of(ours, name) == int(decoded[packet][field][0], 0), name
    assert ours["Source address"].shown == decoded[packet]["ip.src"][0]
    assert ours["Destination address"].shown == decoded[packet]["ip.dst"][0]


@pytest.mark.parametrize("packet", PACKETS)
def test_every_option(decoded, packet):
    leaves = list(dissect(PACKETS[packet]).leaves())
    for name, field in OPTIONS.items():
        ours = [leaf.value for leaf in leaves if leaf.name == name and isinstance(leaf.value, int)]
        assert ours == [int(value, 0) for value in decoded[packet].get(field, [])], name


@pytest.mark.parametrize("packet", PACKETS)
def test_the_kinds_of_the_options(decoded, packet):
    found = dissect(PACKETS[packet])
    listed = next((field.parts for field in found.fields if field.name == "TCP options"), ())
    kinds = [PACKETS[packet][part.first_bit // 8] for part in listed if part.name != "Padding"]
    # tshark's JSON puts options of one kind together, and calls each octet of padding an end of list.
    theirs = [int(kind) for kind in decoded[packet].get("tcp.option_kind", [])]
    assert sorted(filter(None, kinds)) == sorted(filter(None, theirs))
    assert (0 in kinds) == (0 in theirs)


@pytest.mark.parametrize("packet", PACKETS)
def test_whether_the_checksums_are_right(decoded, packet):
    found = dissect(PACKETS[packet])
    assert found["Header checksum"].meaning.endswith(": correct")
    assert decoded[packet]["ip.checksum.status"] == ["1"]
    verdict = found["Checksum"].meaning.rpartition(": ")[2]
    theirs = VERDICTS[decoded[packet]["tcp.checksum.status"][0]]
    # An older tshark calls the partial checksum of a host that leaves it to its network card incorrect.
    assert verdict == theirs or (verdict, theirs) == ("not filled in (checksum offload)", "incorrect")


@pytest.mark.parametrize("packet", PACKETS)
def test_the_data(decoded, packet):
    payload = "".join(decoded[packet].get("tcp.payload", [])).replace(":", "")
    data = next((field.value for field in dissect(PACKETS[packet]).fields if field.name == "Data"), b"")
    assert isinstance(data, bytes)
    assert data.hex() == payload
