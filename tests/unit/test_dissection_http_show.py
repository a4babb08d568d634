"""An HTTP message as a reader sees it: its lines in characters, and a table of its parts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from labsupport.dissection import dissect
from labsupport.measured import without_measured
from tests.http_messages import ALL, CHUNKED, FORM, HELLO_RESPONSE, ORIGIN_FORM, request, target

CSS = (Path(__file__).parents[2] / "labsupport" / "style.css").read_text(encoding="utf-8")
_NAMES = {"NUL": b"\x00", "HT": b"\t", "LF": b"\n", "CR": b"\r"}


def html_of(message: bytes) -> str:
    return dissect(message)._repr_mimebundle_()["text/html"]


def text_of(message: bytes) -> str:
    return dissect(message)._repr_mimebundle_()["text/plain"]


def tree_of(message: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(html_of(message))


def with_class(tree: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [node for node in tree.iter() if name in (node.get("class") or "").split()]


def text_in(node: ElementTree.Element) -> str:
    return "".join(node.itertext())


def octets_in(run: ElementTree.Element) -> bytes:
    """The octets that a run of the dump stands for."""
    found = (run.text or "").encode()
    for child in run:
        name = text_in(child)
        found += _NAMES[name] if name in _NAMES else bytes.fromhex(name)
        found += (child.tail or "").encode()
    return found


def rows_of(message: bytes) -> dict[str, list[str]]:
    """The cells of the table by the name of the field."""
    rows = (row for row in tree_of(message).iter("tr") if len(row) == 5)
    return {text_in(row[1]): [text_in(cell) for cell in row] for row in rows}


class TestCharacters:
    @pytest.mark.parametrize("message", ALL.values(), ids=ALL)
    def test_every_octet_is_there_in_order(self, message):
        assert b"".join(map(octets_in, with_class(tree_of(message), "trial-run"))) == message

    @pytest.mark.parametrize("octets", [b"\xc3\xa9", b"\x00", b"\t", b"\x7f\x80\xff"])
    def test_octets_that_are_no_visible_ascii_are_named_or_in_hexadecimal(self, octets):
        message = request(b"X: a" + octets + b"b")
        assert b"".join(map(octets_in, with_class(tree_of(message), "trial-run"))) == message

    def test_a_row_is_a_line_of_the_message_and_numbered_by_its_first_octet(self):
        rows = with_class(tree_of(ORIGIN_FORM), "trial-row")
        assert [text_in(row[0]) for row in rows] == ["0", "27", "50"]
        assert text_in(rows[0][1]) == "GET /where?q=now HTTP/1.1CRLF"

    def test_each_run_is_titled_with_its_name_in_the_grammar(self):
        runs = with_class(with_class(tree_of(ORIGIN_FORM), "trial-row")[1], "trial-run")
        assert [(run.get("title"), octets_in(run)) for run in runs] == [
            ("field-name", b"Host"),
            ('":"', b":"),
            ("OWS", b" "),
            ("uri-host", b"www.example.org"),
            ("CRLF", b"\r\n"),
        ]

    def test_neighbors_alternate(self):
        parities = ["trial-odd" in (run.get("class") or "") for run in with_class(tree_of(FORM), "trial-run")]
        assert parities == [bool(number % 2) for number in range(len(parities))]

    def test_a_run_points_to_its_line_of_the_table(self):
        tree = tree_of(ORIGIN_FORM)
        unit = {
            run.get("title"): (run.get("class") or "").split()[-1] for run in with_class(tree, "trial-run")
        }
        rows = {
            text_in(row[1]): (row.get("class") or "").split()[-1]
            for row in tree.iter("tr")
            if len(row) == 5 and row.get("class")
        }
        assert unit["method"] == rows["method"]
        assert unit["absolute-path"] == rows["absolute-path"]
        assert unit["uri-host"] == rows["Host"]

    def test_it_has_an_accessible_name(self):
        (dump,) = with_class(tree_of(ORIGIN_FORM), "trial-characters")
        assert (dump.get("role"), dump.get("aria-label")) == ("group", "The 52 octets as characters")

    def test_a_long_message_is_shown_in_part_and_the_rest_is_counted(self):
        message = request(b"Content-Length: 5000", content=b"x" * 5000)
        assert f"… and {len(message) - 2000} more octets" in html_of(message)
        assert f"… and {len(message) - 2000} more octets" in text_of(message)

    @pytest.mark.parametrize(
        "name", ["trial-characters", "trial-row", "trial-line", "trial-run", "trial-octet"]
    )
    def test_each_class_has_a_style(self, name):
        assert f".{name}" in CSS


class TestTable:
    def test_a_group_is_headed_by_its_rule(self):
        heads = [text_in(cell) for cell in tree_of(CHUNKED).iter("th") if cell.get("scope") == "rowgroup"]
        assert heads == [
            "status-line HTTP-version SP status-code SP [ reason-phrase ]",
            "header section *( field-line CRLF ) CRLF",
            "message-body framed by chunks",
            "trailer section *( field-line CRLF ) CRLF",
        ]

    def test_a_line_has_place_name_value_meaning_and_section(self):
        assert rows_of(HELLO_RESPONSE)["Vary"] == [
            "186–208",
            "Vary",
            "Accept-Encoding",
            "request fields that selected the representation",
            "RFC 9110 §12.5.5",
        ]

    def test_regular_separators_take_no_line_and_irregular_ones_do(self):
        assert not {"SP", "CRLF", "OWS", '":"'} & rows_of(ORIGIN_FORM).keys()
        assert {"Whitespace", "LF"} <= rows_of(b"GET  / HTTP/1.1\nHost: h\n\n").keys()

    def test_the_deepest_line_has_a_style(self):
        tree = tree_of(request(b"Content-Type: text/plain"))
        deep = tree_of(target(b"/?q=%E4%BD%A0"))
        depths = {
            name
            for node in (*tree.iter("th"), *deep.iter("th"))
            for name in (node.get("class") or "").split()
            if name.startswith("trial-depth-")
        }
        assert max(depths) == "trial-depth-5"
        assert all(f".{depth}" in CSS for depth in depths - {"trial-depth-1"})

    def test_very_many_lines_are_shown_in_part_and_the_rest_is_counted(self):
        message = request(*[b"X: a"] * 200)
        assert "… and 57 more fields" in html_of(message)
        assert text_of(message).endswith("… and 57 more fields")

    def test_its_caption_speaks_of_a_message(self):
        assert tree_of(ORIGIN_FORM).findtext("table/caption") == (
            "The fields of the message: GET request in an HTTP message of 52 octets"
        )

    def test_nothing_in_it_is_taken_for_markup(self):
        html = html_of(request(b"X: <script>&</script><!--/measured-->"))
        assert "<script>" not in html
        assert "<!--/measured-->" not in html


class TestPlainText:
    def test_lines_are_numbered_and_escaped(self):
        assert text_of(request(b"X: caf\xc3\xa9")).split("\n")[2:6] == [
            r"0000  GET / HTTP/1.1\r\n",
            r"0016  Host: www.example.com\r\n",
            r"0039  X: caf\xc3\xa9\r\n",
            r"0049  \r\n",
        ]

    def test_long_lines_are_broken(self):
        rows = [line for line in text_of(target(b"/" + b"a" * 200)).split("\n") if re.match(r"\d{4}  ", line)]
        assert [row[:4] for row in rows] == ["0000", "0072", "0144", "0216", "0225"]

    def test_a_line_of_the_table(self):
        line = "  16–29     Host: h:8000 - host and port of the target (RFC 9110 §7.2)"
        assert line in text_of(b"GET / HTTP/1.1\r\nHost: h:8000\r\n\r\n").split("\n")

    def test_the_notes_follow_the_title(self):
        assert text_of(b"GET / HTTP/1.1\r\n\r\n").split("\n")[1].startswith("Host is missing")


class TestMarks:
    @staticmethod
    def on(date: bytes, port: bytes) -> bytes:
        return b"HTTP/1.1 302 Found\r\nDate: " + date + b"\r\nLocation: http://h:" + port + b"/\r\n\r\n"

    @pytest.mark.parametrize("show", [html_of, text_of])
    def test_another_run_differs_only_inside_the_marks(self, show):
        once = show(self.on(b"Mon, 27 Jul 2009 12:28:53 GMT", b"40001"))
        again = show(self.on(b"Tue, 28 Jul 2009 09:00:00 GMT", b"51234"))
        assert once != again
        assert without_measured(once) == without_measured(again)

    @pytest.mark.parametrize("show", [html_of, text_of])
    def test_of_host_only_the_port_is_marked_in_the_dump(self, show):
        once, again = (show(b"GET / HTTP/1.0\r\nHost: " + h + b"\r\n\r\n") for h in (b"a:40001", b"a:51234"))
        assert without_measured(once) == without_measured(again)
        other = show(b"GET / HTTP/1.0\r\nHost: b:40001\r\n\r\n")
        assert without_measured(once) != without_measured(other)

    def test_characters_of_the_message_cannot_pass_for_marks(self):
        message = target(b"/?a=%E2%9F%A6%E2%9F%A7")
        assert without_measured(text_of(message)) == text_of(message)
        assert without_measured(html_of(message)) == html_of(message)
