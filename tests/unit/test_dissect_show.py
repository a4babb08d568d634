"""A dissection as a reader sees it: hex dump and table, in HTML and in plain text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from itertools import pairwise

import pytest

from labsupport.dissection import dissect
from labsupport.measured import without_measured
from tests.captured_packets import CAPTURED, RESPONSE, SYN, SYN_ACK, with_options


def html_of(packet: bytes) -> str:
    return dissect(packet)._repr_mimebundle_()["text/html"]


def text_of(packet: bytes) -> str:
    return dissect(packet)._repr_mimebundle_()["text/plain"]


def tree_of(packet: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(html_of(packet))


def with_class(tree: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [node for node in tree.iter() if name in (node.get("class") or "").split()]


def unit_of(node: ElementTree.Element) -> str:
    found = re.search(r"trial-u\d+", node.get("class") or "")
    assert found
    return found[0]


def text_in(node: ElementTree.Element) -> str:
    return "".join(node.itertext())


def another_run(packet: bytes) -> bytes:
    """The same packet as the next run would send it: everything that the kernel chooses is different."""
    octets = bytearray(packet)
    changes = {4: 2, 10: 2, 20: 2, 24: 4, 34: 2, 36: 2, 48: 4, 59: 1}
    for at, length in changes.items():
        for place in range(at, at + length):
            octets[place] ^= 0x15
    octets[20] |= 0x80
    return bytes(octets)


class TestHexDump:
    @pytest.mark.parametrize("packet", CAPTURED.values(), ids=CAPTURED)
    def test_it_holds_every_octet_in_order(self, packet):
        (dump,) = with_class(tree_of(packet), "trial-dump")
        for offset in with_class(dump, "trial-offset"):
            offset.text = ""
        assert text_in(dump) == packet.hex()

    def test_rows_are_numbered_every_eight_octets_and_every_second_number_is_for_narrow_pages(self):
        tree = tree_of(SYN)
        numbers = [text_in(node) for node in with_class(tree, "trial-offset")]
        assert numbers == ["0000", "0008", "0010", "0018", "0020", "0028", "0030", "0038"]
        assert [text_in(node) for node in with_class(tree, "trial-narrow")] == numbers[1::2]

    def test_it_has_an_accessible_name(self):
        (dump,) = with_class(tree_of(SYN), "trial-dump")
        assert (dump.get("role"), dump.get("aria-label")) == ("group", "The 60 octets in hexadecimal")

    def test_neighbors_alternate_and_headers_differ_in_their_layer(self):
        units = with_class(tree_of(SYN), "trial-unit")
        parities = ["trial-odd" in unit.get("class", "") for unit in units]
        assert all(one is not other for one, other in pairwise(parities))
        layers = Counter(unit.get("class", "").split()[1] for unit in units)
        assert layers == {"trial-layer-0": 11, "trial-layer-1": 10, "trial-layer-2": 7}

    def test_an_octet_of_two_fields_is_divided_between_its_digits(self):
        first, data_offset = with_class(tree_of(SYN), "trial-halves")
        assert [text_in(half) for half in first] == ["4", "5"]
        assert [text_in(half) for half in data_offset] == ["a", "0"]

    def test_each_line_of_the_table_points_to_its_octets(self):
        tree = tree_of(SYN)
        octets = {unit_of(unit): text_in(unit) for unit in with_class(tree, "trial-unit")}
        rows = {
            text_in(row[1]): octets[unit_of(row)]
            for row in with_class(tree, "trial-fields")[0].iter("tr")
            if len(row) == 5 and row.get("class")
        }
        assert rows["SYN"] == rows["Flags"] == "02"
        assert (rows["Version"], rows["Header length"]) == ("4", "5")
        assert rows["Acknowledgment number"] == "00000000"
        assert rows["Window scale"] == "03030a"

    def test_a_long_packet_is_shown_in_part_and_the_rest_is_counted(self):
        packet = with_options(b"", payload=bytes(500))
        (rest,) = with_class(tree_of(packet), "trial-rest")
        assert text_in(rest) == "… and 348 more octets"
        assert "… and 348 more octets" in text_of(packet)
        assert len(html_of(packet)) < 40_000


class TestTable:
    def test_it_has_headings_for_columns_rows_and_groups(self):
        (table,) = with_class(tree_of(SYN), "trial-fields")
        scopes = Counter(cell.get("scope") for cell in table.iter("th"))
        assert scopes["col"] == 5
        assert scopes["rowgroup"] == len(list(table.iter("tbody"))) == 3
        caption = "The fields of the packet: SYN in an IPv4 packet of 60 octets"
        assert table.findtext("caption") == caption
        for body in table.iter("tbody"):
            assert body[0][0].get("scope") == "rowgroup"
            assert all(row[1].get("scope") == "row" for row in list(body)[1:])

    @pytest.mark.parametrize(
        ("name", "place"),
        [
            ("Version", "0.0–3"),
            ("Total length", "2–3"),
            ("Don't fragment", "6.1"),
            ("Fragment offset", "6.3–7.7"),
            ("Protocol", "9"),
            ("SYN", "33.6"),
            ("Timestamp value", "48–51"),
        ],
    )
    def test_the_place_is_octets_and_within_an_octet_bits(self, name, place):
        rows = {text_in(row[1]): text_in(row[0]) for row in tree_of(SYN).iter("tr") if len(row) == 5}
        assert rows[name] == place

    def test_the_section_is_a_link_in_the_head_of_a_group_and_where_it_is_another(self):
        links = [(text_in(link), link.get("href")) for link in tree_of(SYN).iter("a")]
        assert ("RFC 9293 §3.1", "https://www.rfc-editor.org/rfc/rfc9293#section-3.1") in links
        assert ("RFC 7323 §2.2", "https://www.rfc-editor.org/rfc/rfc7323#section-2.2") in links
        assert links.count(("RFC 791 §3.1", "https://www.rfc-editor.org/rfc/rfc791#section-3.1")) == 1

    def test_what_an_option_has_told_takes_no_line(self):
        names = [text_in(row[1]) for row in tree_of(SYN).iter("tr") if len(row) == 5]
        assert "Kind" not in names and "Length" not in names
        assert names.count("Window scale") == 1

    def test_data_is_escaped(self):
        packet = with_options(b"", payload=b"<script>alert('&')</script><!--/measured-->")
        html = html_of(packet)
        assert "<script>" not in html
        assert "&lt;script&gt;alert('&amp;')&lt;/script&gt;&lt;!--/measured--&gt;" in html

    def test_long_data_is_shortened(self):
        assert "x" * 160 + "…" in text_of(with_options(b"", payload=b"x" * 161))
        assert "x" * 161 not in html_of(with_options(b"", payload=b"x" * 161))


class TestPlainText:
    def test_it_has_the_dump_sixteen_octets_in_a_row(self):
        rows = text_of(SYN).split("\n")[2:6]
        assert [row[:4] for row in rows] == ["0000", "0010", "0020", "0030"]
        assert "".join(re.sub(r"[⟦⟧ ]", "", row[4:]) for row in rows) == SYN.hex()

    def test_it_has_every_line_of_the_table(self):
        names = [
            text_in(row[1]) for row in tree_of(RESPONSE).iter("tr") if len(row) == 5 and row[0].tag == "td"
        ]
        for name in names:
            assert re.search(rf"^ .*\b{re.escape(name)}\b", text_of(RESPONSE), re.M), name

    def test_a_line_has_place_name_value_meaning_and_another_section(self):
        text = text_of(SYN)
        assert "  22–23     Destination port: 8000 - port of the receiver\n" in text
        assert "  33.6        SYN: 1 - synchronize: the sequence number is the initial one\n" in text
        assert "(RFC 2018 §2)\n" in text

    def test_it_is_what_str_gives(self):
        assert str(dissect(SYN)) == text_of(SYN)

    def test_the_notes_follow_the_title(self):
        assert (
            text_of(SYN[:50]).split("\n")[1]
            == "The bytes end after 50 of 60 octets; the rest was not captured."
        )


class TestMarks:
    @pytest.mark.parametrize("show", [html_of, text_of])
    def test_another_run_differs_only_inside_the_marks(self, show):
        # The other run's checksums are wrong, which is a finding and no measurement.
        once, again = show(SYN), show(another_run(SYN))
        assert once != again
        finding = re.compile(r": (correct|incorrect)")
        assert finding.sub("", without_measured(once)) == finding.sub("", without_measured(again))

    @pytest.mark.parametrize("show", [html_of, text_of])
    @pytest.mark.parametrize("at", [0, 1, 3, 6, 8, 12, 16, 22, 33, 38, 43, 44, 56])
    def test_every_other_octet_is_compared(self, show, at):
        octets = bytearray(SYN)
        octets[at] ^= 0x08 if at not in (0, 3) else 0x01
        try:
            assert without_measured(show(bytes(octets))) != without_measured(show(SYN))
        except ValueError:
            assert at in (0, 6)

    @pytest.mark.parametrize("show", [html_of, text_of])
    @pytest.mark.parametrize("number", ["1871318641", "6f 8a 0e 71", "52349", "0x10a8", "cc 7d"])
    def test_no_measured_number_stands_outside(self, show, number):
        words = re.sub(r"(<[^>]*>)+", " ", show(SYN))
        assert number in words
        assert number not in re.sub(r"(<[^>]*>)+", " ", without_measured(show(SYN)))

    def test_one_mark_wraps_the_octets_of_a_field(self):
        assert html_of(SYN_ACK).count("<!--measured-->") == html_of(SYN_ACK).count("<!--/measured-->")
        marked = "<!--measured--><span>6f</span><span>8a</span><span>0e</span><span>72</span><!--/measured-->"
        assert marked in html_of(SYN_ACK)
