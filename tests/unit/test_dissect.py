"""Every octet of a packet has a name: the fields of IPv4 and TCP, down to the bit."""

from __future__ import annotations

import dataclasses
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.dissection import DissectionError, dissect
from labsupport.dissection.fields import bits_at
from labsupport.errors import ReaderError
from labsupport.network.packet import decode
from labsupport.records import Segment
from tests.captured_packets import (
    ACK,
    CAPTURED,
    FAST_OPEN_SYN,
    FIN_ACK,
    LOOPBACK_SYN,
    RESET,
    RESPONSE,
    SYN,
    SYN_ACK,
    with_ipv4_options,
    with_options,
)
from tests.dissections import assert_each_bit_has_one_leaf, assert_parts_fill_their_field


def shown(packet: bytes, name: str) -> str:
    return dissect(packet)[name].shown


def meaning(packet: bytes, name: str) -> str:
    return dissect(packet)[name].meaning


def changed(packet: bytes, at: int, *octets: int) -> bytes:
    return packet[:at] + bytes(octets) + packet[at + len(octets) :]


class TestEveryOctet:
    @pytest.mark.parametrize("packet", CAPTURED.values(), ids=CAPTURED)
    def test_every_bit_of_a_captured_packet_belongs_to_exactly_one_leaf(self, packet):
        assert_each_bit_has_one_leaf(dissect(packet))
        assert_parts_fill_their_field(dissect(packet))

    @pytest.mark.parametrize("packet", CAPTURED.values(), ids=CAPTURED)
    def test_a_leaf_holds_the_bits_at_its_place(self, packet):
        for leaf in dissect(packet).leaves():
            if isinstance(leaf.value, bytes):
                assert leaf.value == packet[leaf.first_bit // 8 : leaf.end_bit // 8]
            else:
                assert leaf.value == bits_at(packet, leaf.first_bit, leaf.bits)

    @pytest.mark.parametrize("packet", CAPTURED.values(), ids=CAPTURED)
    def test_each_field_names_meaning_and_section(self, packet):
        for leaf in dissect(packet).leaves():
            assert leaf.name and leaf.meaning
            assert leaf.standard.startswith("RFC ") and "§" in leaf.standard

    @pytest.mark.parametrize("packet", CAPTURED.values(), ids=CAPTURED)
    def test_it_agrees_with_the_decoder_of_the_capture(self, packet):
        segment, found = decode(packet), dissect(packet)
        assert (found["Source port"].value, found["Destination port"].value) == (
            segment.source.port,
            segment.destination.port,
        )
        assert (found["Sequence number"].value, found["Acknowledgment number"].value) == (
            segment.seq,
            segment.ack,
        )
        assert found["Flags"].shown == segment.flag_names
        assert found["Window"].value == segment.window

    def test_the_outermost_fields_are_the_headers_the_options_and_the_data(self):
        names = [field.name for field in dissect(RESPONSE).fields]
        assert names == ["IPv4 header", "TCP header", "TCP options", "Data"]

    def test_a_number_is_read_from_any_run_of_bits(self):
        assert bits_at(b"\x45\x00", 0, 4) == 4
        assert bits_at(b"\x45\x00", 4, 4) == 5
        assert bits_at(b"\x12\x34\x56", 4, 12) == 0x234
        assert bits_at(b"\x00\x01", 15, 1) == 1


class TestIpv4Header:
    def test_the_fixed_fields_of_a_syn(self):
        found = {leaf.name: leaf.shown for leaf in dissect(SYN).fields[0].leaves()}
        assert found == {
            "Version": "4",
            "Header length": "5 words = 20 octets",
            "DSCP": "0",
            "ECN": "0",
            "Total length": "60",
            "Identification": "0x10a8",
            "Reserved flag": "0",
            "Don't fragment": "1",
            "More fragments": "0",
            "Fragment offset": "0",
            "Time to live": "64",
            "Protocol": "6",
            "Header checksum": "0x1600",
            "Source address": "10.9.0.1",
            "Destination address": "10.9.0.2",
        }

    def test_bits_inside_an_octet_are_fields_of_their_own(self):
        packet = changed(SYN, 1, 0b101110_01)
        assert (dissect(packet)["DSCP"].value, dissect(packet)["ECN"].value) == (46, 1)

    def test_a_correct_header_checksum_is_called_correct(self):
        assert meaning(SYN, "Header checksum").endswith(": correct")

    def test_a_changed_header_makes_its_checksum_incorrect(self):
        assert meaning(changed(SYN, 8, 63), "Header checksum").endswith(": incorrect")

    def test_a_header_checksum_of_zero_was_not_filled_in(self):
        assert meaning(changed(SYN, 10, 0, 0), "Header checksum").endswith(
            ": not filled in (checksum offload)"
        )

    def test_options_are_a_group_of_their_own(self):
        packet = with_ipv4_options(SYN, b"\x94\x04\x00\x00")
        found = dissect(packet)
        assert [field.name for field in found.fields][:3] == ["IPv4 header", "IPv4 options", "TCP header"]
        assert found["Router alert"].shown == "00 00"
        assert found["Header checksum"].meaning.endswith(": correct")
        assert found["Checksum"].meaning.endswith(": correct")
        assert_each_bit_has_one_leaf(found)

    def test_every_known_option_of_ipv4_is_named(self):
        options = b"\x07\x07\x04\x00\x00\x00\x00" + b"\x01" + b"\x44\x08\x05\x00\x00\x00\x00\x00"
        found = dissect(with_ipv4_options(SYN, options))
        assert [field.name for field in found["IPv4 options"].parts] == [
            "Record route",
            "No-operation",
            "Internet timestamp",
        ]

    def test_octets_after_the_total_length_are_no_part_of_the_packet(self):
        found = dissect(RESET + bytes(6))
        assert found["Trailer"].value == bytes(6)
        assert found.notes == ("The packet ends after 40 octets; 6 more follow.",)
        assert found["Checksum"].meaning.endswith(": correct")
        assert_each_bit_has_one_leaf(found)


class TestTcpHeader:
    def test_the_fixed_fields_of_a_syn(self):
        found = {leaf.name: leaf.shown for leaf in dissect(SYN)["TCP header"].leaves()}
        assert found == {
            "Source port": "52349",
            "Destination port": "8000",
            "Sequence number": "1871318641",
            "Acknowledgment number": "0",
            "Data offset": "10 words = 40 octets",
            "Reserved": "0",
            "CWR": "0",
            "ECE": "0",
            "URG": "0",
            "ACK": "0",
            "PSH": "0",
            "RST": "0",
            "SYN": "1",
            "FIN": "0",
            "Window": "64240",
            "Checksum": "0xd7f1",
            "Urgent pointer": "0",
        }

    @pytest.mark.parametrize(
        ("packet", "flags"),
        [
            (SYN, "SYN"),
            (SYN_ACK, "SYN·ACK"),
            (ACK, "ACK"),
            (RESPONSE, "PSH·ACK"),
            (FIN_ACK, "FIN·ACK"),
            (RESET, "RST·ACK"),
        ],
    )
    def test_the_title_says_the_flags_and_the_length(self, packet, flags):
        assert dissect(packet).title == f"{flags} in an IPv4 packet of {len(packet)} octets"

    @pytest.mark.parametrize("bit", range(8))
    def test_each_flag_is_one_bit(self, bit):
        names = ["CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"]
        flags = dissect(changed(ACK, 33, 0x80 >> bit))["Flags"]
        assert {part.name: part.value for part in flags.parts} == {
            name: int(place == bit) for place, name in enumerate(names)
        }
        assert flags.shown == names[bit]

    def test_a_segment_without_a_flag_says_so(self):
        assert dissect(changed(ACK, 33, 0)).title.startswith("no flag in ")

    def test_the_sequence_number_of_a_syn_is_called_initial(self):
        assert meaning(SYN, "Sequence number").startswith("initial sequence number")
        assert meaning(ACK, "Sequence number") == "number of the first octet of data"

    def test_without_ack_the_acknowledgment_number_means_nothing(self):
        assert meaning(SYN, "Acknowledgment number") == "means nothing without ACK"
        assert meaning(SYN_ACK, "Acknowledgment number") == "next sequence number that the sender expects"

    @pytest.mark.parametrize("packet", [SYN, SYN_ACK, ACK, RESPONSE, FIN_ACK, RESET])
    def test_the_checksum_covers_pseudo_header_header_and_data(self, packet):
        assert meaning(packet, "Checksum").endswith(": correct")

    @pytest.mark.parametrize("at", [12, 19, 24, 92])
    def test_one_changed_octet_anywhere_makes_it_incorrect(self, at):
        assert meaning(changed(RESPONSE, at, RESPONSE[at] ^ 1), "Checksum").endswith(": incorrect")

    @pytest.mark.parametrize("packet", [LOOPBACK_SYN, FAST_OPEN_SYN])
    def test_the_partial_checksum_of_the_loopback_interface_is_no_fault(self, packet):
        assert meaning(packet, "Checksum").endswith(": not filled in (checksum offload)")

    def test_the_checksum_of_an_odd_number_of_octets(self):
        assert len(RESPONSE) % 2 == 1
        assert meaning(RESPONSE, "Checksum").endswith(": correct")

    def test_the_data_is_shown_as_text_with_escapes(self):
        assert shown(RESPONSE, "Data") == ""
        (octets,) = dissect(RESPONSE)["Data"].parts
        assert octets.value == RESPONSE[52:]
        assert octets.shown == "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nok\\n"
        assert octets.meaning == "41 octets of the application's bytes"

    def test_data_that_is_no_text_is_shown_in_hex_escapes(self):
        (octets,) = dissect(with_options(b"", payload=b"\x00\\\xff\t"))["Data"].parts
        assert octets.shown == "\\x00\\\\\\xff\\t"


class TestTcpOptions:
    def test_the_options_of_a_linux_syn(self):
        found = [(part.name, part.shown, part.standard) for part in dissect(SYN)["TCP options"].parts]
        assert found == [
            ("Maximum segment size", "1460", "RFC 9293 §3.7.1"),
            ("SACK permitted", "", "RFC 2018 §2"),
            ("Timestamps", "", "RFC 7323 §3.2"),
            ("No-operation", "", "RFC 9293 §3.1"),
            ("Window scale", "10", "RFC 7323 §2.2"),
        ]

    def test_kind_and_length_are_leaves_that_the_option_has_told(self):
        kind, length, octets = dissect(SYN)["Maximum segment size"].parts
        assert (kind.value, length.value, octets.value) == (2, 4, 1460)
        assert kind.told and length.told and octets.told
        assert meaning(SYN, "Maximum segment size").startswith("kind 2, length 4: ")

    def test_both_timestamps_are_told_one_by_one(self):
        found = dissect(SYN_ACK)
        assert found["Timestamp value"].value == 0xE2F124DB
        assert found["Timestamp echo reply"].value == dissect(SYN)["Timestamp value"].value

    def test_the_request_for_a_fast_open_cookie_is_empty(self):
        cookie = dissect(FAST_OPEN_SYN)["Fast Open cookie"]
        assert (cookie.bits, cookie.shown, cookie.standard) == (16, "", "RFC 7413 §4.1.1")

    def test_a_fast_open_cookie_is_shown_in_hex(self):
        assert (
            shown(with_options(bytes.fromhex("220a0011223344556677")), "Fast Open cookie")
            == "00 11 22 33 44 55 66 77"
        )

    @pytest.mark.parametrize("blocks", [1, 2, 3, 4])
    def test_every_block_of_a_selective_acknowledgment(self, blocks):
        edges = bytes(range(8 * blocks))
        option = dissect(with_options(bytes([5, 2 + 8 * blocks]) + edges))["Selective acknowledgment"]
        assert [part.name for part in option.parts[2:]] == ["Left edge", "Right edge"] * blocks
        assert [part.value for part in option.parts[2:]] == list(struct.unpack(f"!{2 * blocks}I", edges))

    def test_an_unknown_kind_is_shown_in_hex(self):
        option = dissect(with_options(bytes.fromhex("fe06f98900aa")))["Unknown option"]
        assert option.shown == "f9 89 00 aa"
        assert option.meaning.startswith("kind 254, length 6: ")

    def test_after_the_end_of_the_list_there_are_zeros(self):
        parts = dissect(with_options(b"\x01\x00\x00\x00"))["TCP options"].parts
        assert [part.name for part in parts] == ["No-operation", "End of option list", "Padding"]
        assert parts[-1].meaning == "zeros up to the end of the header"

    def test_other_octets_after_the_end_of_the_list_are_a_fault(self):
        assert meaning(with_options(b"\x00\x02\x04\x05"), "Padding") == "must be zeros, and is not"

    @pytest.mark.parametrize("length", [0, 1])
    def test_a_length_below_two_is_malformed_and_the_rest_undecoded(self, length):
        found = dissect(with_options(bytes([8, length, 1, 1, 2, 4, 5, 0xB4])))
        malformed, undecoded = found["TCP options"].parts
        assert (malformed.name, undecoded.name) == ("Malformed option", "Undecoded")
        assert malformed.meaning == f"kind 8: length {length} is impossible, kind and length take two octets"
        assert undecoded.value == b"\x01\x01\x02\x04\x05\xb4"
        assert_each_bit_has_one_leaf(found)

    def test_a_length_past_the_header_is_malformed(self):
        found = dissect(with_options(b"\x01\x01\x02\x05", payload=b"data"))
        assert found["Malformed option"].meaning == "kind 2: length 5 is impossible, 2 octets are left"
        assert found["Data"].value == b"data"

    def test_a_kind_without_a_length_is_malformed(self):
        found = dissect(with_options(b"\x01\x01\x01\x08"))
        assert found["Malformed option"].meaning == "kind 8: no octet is left for its length"
        assert_each_bit_has_one_leaf(found)

    @pytest.mark.parametrize(
        ("option", "name"),
        [
            ("020305", "Maximum segment size"),
            ("03040700", "Window scale"),
            ("040300", "SACK permitted"),
            ("080600000000", "Timestamps"),
            ("050400ff", "Selective acknowledgment"),
            ("2203aa", "Fast Open cookie"),
            ("050200", "Selective acknowledgment"),
            ("050c" + "00" * 10, "Selective acknowledgment"),
        ],
    )
    def test_a_known_kind_of_the_wrong_length_is_malformed_and_the_next_is_read(self, option, name):
        octets = bytes.fromhex(option)[: bytes.fromhex(option)[1]]
        found = dissect(with_options(octets + bytes.fromhex("020405b4")))
        assert found[f"Malformed {name}"].meaning.endswith(f"no {name} option is {len(octets)} octets long")
        assert found["Maximum segment size"].shown == "1460"


class TestWhatDiffersFromRunToRun:
    def measured(self, packet: bytes) -> set[str]:
        return {leaf.name for leaf in dissect(packet).leaves() if leaf.measured}

    def test_in_a_syn(self):
        assert self.measured(SYN) == {
            "Identification",
            "Header checksum",
            "Source port",
            "Sequence number",
            "Window",
            "Checksum",
            "Timestamp value",
            "Shift",
        }

    def test_in_a_segment_with_ack_also_what_is_acknowledged_and_echoed(self):
        more = self.measured(SYN_ACK) - self.measured(SYN)
        assert more == {"Acknowledgment number", "Timestamp echo reply", "Destination port"}

    @pytest.mark.parametrize(("port", "differs"), [(80, False), (8000, False), (32767, False), (32768, True)])
    def test_a_port_that_the_kernel_hands_out_but_not_a_server_port(self, port, differs):
        assert dissect(changed(SYN, 20, port >> 8, port & 255))["Source port"].measured is differs

    def test_an_option_with_one_value_is_marked_with_its_value(self):
        assert dissect(SYN)["Window scale"].measured
        assert not dissect(SYN)["Maximum segment size"].measured


class TestCutOff:
    @pytest.mark.parametrize("packet", [SYN, RESPONSE, with_ipv4_options(SYN, b"\x94\x04\x00\x00")])
    def test_a_packet_cut_anywhere_after_the_fixed_header_is_dissected_to_its_end(self, packet):
        for size in range(20, len(packet)):
            found = dissect(packet[:size])
            assert_each_bit_has_one_leaf(found)
            assert found.notes == (
                f"The bytes end after {size} of {len(packet)} octets; the rest was not captured.",
            )

    def test_the_octets_of_a_field_that_is_cut_are_undecoded(self):
        found = dissect(SYN[:26])
        assert found["Undecoded"].value == SYN[24:26]
        assert found["Undecoded"].parts[0].meaning == "the octets end within the fixed part of the TCP header"

    def test_a_checksum_over_missing_octets_is_not_judged(self):
        assert meaning(RESPONSE[:60], "Checksum").endswith(": cannot be checked, octets are missing")
        cut = with_ipv4_options(SYN, b"\x94\x04\x00\x00")[:22]
        assert meaning(cut, "Header checksum").endswith(": cannot be checked, octets are missing")

    @pytest.mark.parametrize("words", [0, 4, 15])
    def test_a_data_offset_outside_the_segment_is_malformed(self, words):
        found = dissect(changed(SYN, 32, words << 4))
        assert found["Undecoded"].parts[0].meaning.startswith("the data offset is malformed")
        assert_each_bit_has_one_leaf(found)


class TestRefused:
    @pytest.mark.parametrize(
        ("what", "reason", "remedy"),
        [
            (b"", "there are no bytes", "hand over an IPv4 packet"),
            (SYN[:19], "19 bytes are less than an IPv4 header", "capture whole packets"),
            (b"\x60" + SYN[1:], "IPv6 packet", "connect to an IPv4 address"),
            (bytes(14) + SYN, "no IPv4 packet, its version is 0", "without the header of the link"),
            (b"\x44" + SYN[1:], "header length 16", "from the first octet of the IPv4 header"),
            (SYN[:2] + b"\x00\x13" + SYN[4:], "total length 19", "from the first octet of the IPv4 header"),
            (
                SYN[:9] + b"\x11" + SYN[10:],
                "protocol 17 (UDP) is not TCP",
                "pick a packet of a TCP connection",
            ),
            (SYN[:9] + b"\xfd" + SYN[10:], "protocol 253 (unknown)", "pick a packet of a TCP connection"),
            (SYN[:6] + b"\x20\x00" + SYN[8:], "fragment", "reassemble"),
            (SYN[:6] + b"\x00\x01" + SYN[8:], "fragment", "reassemble"),
            ("45 00", '"45 00" is no JWS or JWE', "the octets of packets and messages come as bytes"),
            (None, "a NoneType has no bytes", "hand over a Segment"),
        ],
    )
    def test_the_error_names_the_input_and_the_remedy(self, what, reason, remedy):
        with pytest.raises(ValueError, match=r".") as error:
            dissect(what)
        assert reason in str(error.value)
        assert remedy in str(error.value)

    def test_a_segment_without_its_packet(self):
        segment = dataclasses.replace(decode(SYN), packet=b"")
        with pytest.raises(DissectionError, match="dissect a segment of a capture"):
            dissect(segment)

    def test_the_reader_sees_the_message_without_a_traceback(self):
        assert issubclass(DissectionError, ReaderError)

    def test_a_name_that_no_field_has_is_answered_with_those_that_come_near(self):
        with pytest.raises(KeyError, match="there is Sequence number"):
            dissect(SYN)["sequence"]


class TestWhatCanBeDissected:
    def test_a_segment_is_dissected_by_its_packet(self):
        segment: Segment = decode(SYN)
        assert dissect(segment) == dissect(SYN)

    @pytest.mark.parametrize("kind", [bytearray, memoryview])
    def test_other_kinds_of_bytes(self, kind):
        assert dissect(kind(SYN)) == dissect(SYN)


def survives(octets: bytes) -> None:
    """Hostile octets are dissected completely and can be shown, or refused with a ValueError."""
    try:
        found = dissect(octets)
    except ValueError:
        return
    assert_each_bit_has_one_leaf(found)
    assert_parts_fill_their_field(found)
    assert found.octets == octets
    shown = found._repr_mimebundle_()
    assert shown["text/plain"].startswith(found.title)
    assert shown["text/html"].count("<tr") == shown["text/html"].count("</tr>")


class TestHostileOctets:
    @given(st.binary(max_size=120))
    @settings(deadline=None)
    def test_any_octets(self, octets):
        survives(octets)

    @given(st.binary(min_size=19, max_size=120), st.integers(5, 15))
    @settings(deadline=None)
    def test_any_octets_that_claim_to_be_tcp_in_ipv4(self, octets, words):
        header = bytes([0x40 | words, 0, 0, len(octets) + 1, 0, 0, 0, 0, 64, 6])
        survives(header + octets[9:])

    @given(st.sampled_from(list(CAPTURED.values())), st.data())
    @settings(deadline=None)
    def test_a_captured_packet_with_changed_octets(self, packet, data):
        octets = bytearray(packet)
        for _ in range(data.draw(st.integers(1, 6))):
            octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
        survives(bytes(octets[: data.draw(st.integers(0, len(octets)))]))

    @given(st.binary(min_size=1, max_size=40), st.binary(max_size=8))
    @settings(deadline=None)
    def test_any_options(self, options, payload):
        survives(with_options(options, payload))

    @given(st.binary(min_size=4, max_size=40).filter(lambda octets: len(octets) % 4 == 0))
    @settings(deadline=None)
    def test_any_options_of_ipv4(self, options):
        survives(with_ipv4_options(SYN, options))
