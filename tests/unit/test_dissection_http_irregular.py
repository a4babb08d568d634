"""What a message has no right to hold is named as what it is, with what the standard has a recipient do."""

from __future__ import annotations

import pytest

from labsupport.dissection import dissect
from labsupport.dissection.http.field_lines import MOST_LINES
from tests.http_messages import CHUNKED, FORM, HEAD, HELLO_RESPONSE, ORIGIN_FORM, request

RESPONSE = b"HTTP/1.1 200 OK\r\n"


def note(message: bytes) -> str:
    (found,) = dissect(message).notes
    return found


def chunked(*chunks: bytes) -> bytes:
    return request(b"Transfer-Encoding: chunked", content=b"".join(chunks))


class TestLines:
    @pytest.mark.parametrize("message", [ORIGIN_FORM, HELLO_RESPONSE, FORM, CHUNKED])
    def test_a_bare_lf_ends_a_line_and_is_told(self, message):
        head, _, content = message.partition(b"\r\n\r\n")
        found = dissect(head.replace(b"\r\n", b"\n") + b"\n\n" + content)
        assert found["LF"].meaning == (
            "ends the line with a bare LF: CRLF is the rule, a recipient may let LF alone pass"
        )
        assert found["LF"].standard == "RFC 9112 §2.2"
        assert found["empty line"].meaning.startswith("ends the section with a bare LF")
        assert [field.name for field in found.fields] == [field.name for field in dissect(message).fields]

    def test_a_bare_cr_ends_nothing(self):
        found = dissect(request(b"X: a\rY: b"))
        assert found["X"].shown == "a\\rY: b"
        assert found["CR"].meaning.startswith("a bare CR, malformed")

    def test_empty_lines_before_the_message(self):
        found = dissect(b"\r\n\r\n" + ORIGIN_FORM)
        assert found["Before the message"].value == b"\r\n\r\n"
        assert found["method"].value == b"GET"


class TestFirstLine:
    @pytest.mark.parametrize("gap", [b"  ", b"\t", b"\v", b" \r "])
    def test_other_whitespace_than_one_space(self, gap):
        found = dissect(b"GET" + gap + b"/" + gap + b"HTTP/1.1" + gap + b"\r\nHost: h\r\n\r\n")
        gaps = [leaf for leaf in found["request-line"].leaves() if leaf.name == "Whitespace"]
        assert [leaf.value for leaf in gaps] == [gap] * 3
        assert gaps[0].meaning.startswith("malformed: one space stands here")
        assert found["absolute-path"].value == b"/"

    def test_a_method_that_is_no_token(self):
        assert dissect(b"G(T / HTTP/1.1\r\n\r\n")["method"].meaning.startswith(
            "malformed: a method is a token"
        )

    def test_no_version(self):
        assert note(b"GET /\r\n\r\n").startswith("The request line has no version; only HTTP/0.9")

    def test_no_target(self):
        assert note(b"GET HTTP/1.1\r\nHost: h\r\n\r\n") == (
            "The request line has no target; a server answers 400 (RFC 9112 §3)."
        )

    def test_no_status_code(self):
        found = dissect(b"HTTP/1.1\r\n\r\n")
        assert found.title.startswith("malformed response")


class TestHost:
    def test_missing(self):
        assert note(b"GET / HTTP/1.1\r\n\r\n") == (
            "Host is missing; a server answers 400 to a request in HTTP/1.1 without it (RFC 9112 §3.2)."
        )

    def test_not_missing_in_http_1_0_nor_in_a_response(self):
        assert dissect(b"GET / HTTP/1.0\r\n\r\n").notes == ()
        assert dissect(RESPONSE + b"\r\n").notes == ()

    def test_more_than_once(self):
        assert note(request(b"host: other")) == "Host comes 2 times; a server answers 400 (RFC 9112 §3.2)."

    @pytest.mark.parametrize("value", [b"a b", b"a/b", b"h:x", b"a,b:80:80"])
    def test_no_host(self, value):
        message = b"GET / HTTP/1.1\r\nHost: " + value + b"\r\n\r\n"
        assert note(message).startswith("Host is not a host with an optional port")

    @pytest.mark.parametrize("value", [b"", b"h", b"h:80", b"h:", b"[::1]:80", b"127.0.0.1"])
    def test_a_host(self, value):
        assert dissect(b"GET / HTTP/1.1\r\nHost: " + value + b"\r\n\r\n").notes == ()


class TestFieldLines:
    def test_whitespace_before_the_colon(self):
        found = dissect(request(b"X \t: a"))
        assert found["Whitespace"].value == b" \t"
        assert found["Whitespace"].standard == "RFC 9112 §5.1"
        assert "a server answers 400, a proxy removes it from a response" in found["Whitespace"].meaning
        assert found["X"].shown == "a"

    @pytest.mark.parametrize("end", [b"\r\n", b"\n"])
    def test_an_obsolete_fold_joins_lines(self, end):
        found = dissect(request(b"X: a \t" + end + b" \tb" + end + b" c", b"Y: d"))
        assert [(leaf.name, leaf.value) for leaf in found["X"].leaves()][3:-1] == [
            ("field-content", b"a"),
            ("obs-fold", b" \t" + end + b" \t"),
            ("field-content", b"b"),
            ("obs-fold", end + b" "),
            ("field-content", b"c"),
        ]
        assert found["obs-fold"].standard == "RFC 9112 §5.2"
        assert found["Y"].shown == "d"

    def test_whitespace_before_the_first_field(self):
        found = dissect(b"GET / HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n")
        assert found["field-line"].meaning.startswith("malformed: whitespace begins it")
        assert found["Host"].shown == "h"

    @pytest.mark.parametrize(
        ("line", "name", "meaning"),
        [
            (b"no colon", "Malformed line", "malformed: there is no colon"),
            (b": a", '":"', "malformed: no field name stands before it"),
            (b"a b: c", "field-name", "malformed: a field name is a token"),
            (b"caf\xc3\xa9: c", "field-name", "malformed: a field name is a token"),
        ],
    )
    def test_a_line_that_is_no_field_line(self, line, name, meaning):
        found = dissect(b"GET / HTTP/1.0\r\n" + line + b"\r\n\r\n")
        assert found[name].meaning.startswith(meaning)
        assert found["header section"].parts[0].name == "field-line"

    @pytest.mark.parametrize(
        ("octet", "name", "meaning"),
        [
            (b"\x00", "NUL", "malformed and dangerous"),
            (b"\r", "CR", "a bare CR, malformed"),
            (b"\x01", "CTL", "malformed: a control character"),
            (b"\x7f", "CTL", "malformed: a control character"),
            (b"\xe9", "obs-text", "octets beyond ASCII: obsolete"),
            (b"\xc3\xa9", "obs-text", "octets beyond ASCII: obsolete"),
        ],
    )
    def test_octets_that_are_no_visible_characters(self, octet, name, meaning):
        found = dissect(request(b"X: a" + octet + b"b"))
        assert [(leaf.name, leaf.value) for leaf in found["X"].leaves()][3:-1] == [
            ("field-content", b"a"),
            (name, octet),
            ("field-content", b"b"),
        ]
        assert found[name].meaning.startswith(meaning)


class TestFraming:
    def test_both_content_length_and_transfer_encoding(self):
        message = request(b"Content-Length: 3", b"Transfer-Encoding: chunked", content=b"0\r\n\r\nGET")
        assert "an attempt at request smuggling" in note(message)
        assert dissect(message)["message-body"].meaning == "framed by chunks"
        assert dissect(message)["After the message"].value == b"GET"

    @pytest.mark.parametrize(
        "value", [b"x", b"-1", b"+3", b"3,4", b"3 3", b"0x3", b"3,", b"", b"3_0", b"\xb2"]
    )
    def test_a_length_that_is_not_one_number(self, value):
        message = request(b"Content-Length: " + value, content=b"abc")
        assert note(message).startswith("Content-Length is not one number: the framing is invalid.")
        assert dissect(message)["Undecoded"].value == b"abc"

    def test_lengths_that_differ(self):
        message = request(b"Content-Length: 3", b"Content-Length: 4", content=b"abcd")
        assert "a server answers 400 and closes the connection" in note(message)

    def test_in_a_response_it_is_the_client_that_gives_up(self):
        assert "a client discards the response, a proxy answers 502" in note(
            RESPONSE + b"Content-Length: x\r\n\r\n"
        )

    def test_a_length_of_thousands_of_digits(self):
        message = request(b"Content-Length: " + b"9" * 10_000, content=b"a")
        assert note(message) == "The octets end after 1 of very many octets of content."

    def test_a_request_whose_last_coding_is_not_chunked(self):
        message = request(b"Transfer-Encoding: chunked, gzip", content=b"abc")
        assert note(message).startswith("Chunked is not the last coding: a server answers 400")
        assert dissect(message)["Undecoded"].value == b"abc"

    def test_a_response_whose_last_coding_is_not_chunked_ends_with_the_connection(self):
        message = RESPONSE + b"Transfer-Encoding: gzip\r\n\r\nabc"
        assert dissect(message)["content"].value == b"abc"

    def test_chunked_twice(self):
        assert "named more than once" in note(
            request(b"Transfer-Encoding: chunked, chunked", content=b"0\r\n\r\n")
        )

    def test_transfer_encoding_in_http_1_0(self):
        message = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        assert note(message).startswith("Transfer-Encoding in HTTP/1.0: the framing is faulty")


class TestChunks:
    @pytest.mark.parametrize("line", [b"xyz\r\n", b"\r\n", b"-1\r\n", b" 5\r\nhello\r\n"])
    def test_no_size(self, line):
        found = dissect(chunked(b"1\r\na\r\n", line))["message-body"].parts
        assert [part.name for part in found] == ["chunk", "Undecoded"]
        assert found[1].value == line
        assert found[1].meaning.startswith("malformed: no chunk-size")

    def test_data_without_a_line_end(self):
        found = dissect(chunked(b"1\r\nab0\r\n\r\n"))["message-body"].parts
        assert [(part.name, part.value) for part in found] == [
            ("Malformed chunk", b"1\r\na"),
            ("Undecoded", b"b0\r\n\r\n"),
        ]

    @pytest.mark.parametrize(
        ("after_size", "name"), [(b" ", "BWS"), (b" ;a", "chunk-ext"), (b"x", "Malformed extension")]
    )
    def test_what_follows_the_size(self, after_size, name):
        assert dissect(chunked(b"1" + after_size + b"\r\na\r\n0\r\n\r\n"))[name].value == after_size

    def test_a_giant_size(self):
        message = chunked(b"f" * 5000 + b"\r\nab")
        assert dissect(message)["chunk-size"].meaning.endswith(": very many octets")
        assert dissect(message)["chunk-data"].value == b"ab"
        assert note(message) == "The octets end before the last chunk."


class TestCutOff:
    @pytest.mark.parametrize("message", [HEAD, b"GET / HTT", RESPONSE[:-1], HEAD + b"Acc", HEAD + b"\r"])
    def test_within_the_head(self, message):
        assert "The octets end before the empty line that ends the header section." in dissect(message).notes

    def test_within_the_content(self):
        assert note(FORM[:-1]) == "The octets end after 26 of 27 octets of content."

    def test_a_response_without_its_content_may_answer_head(self):
        head = HELLO_RESPONSE[: HELLO_RESPONSE.index(b"Hello")]
        assert note(head) == (
            "The octets end after 0 of 51 octets of content; as the answer to HEAD it is complete (RFC 9112 §6.3)."
        )

    @pytest.mark.parametrize("content", [b"", b"5", b"5\r\n", b"5\r\nhel", b"5\r\nhello\r\n"])
    def test_within_the_chunks(self, content):
        assert note(chunked(content)) == "The octets end before the last chunk."

    @pytest.mark.parametrize("content", [b"0\r\n", b"0\r\nExpires: 0\r\n"])
    def test_within_the_trailer_section(self, content):
        assert note(chunked(content)) == "The octets end before the empty line that ends the trailer section."


class TestVeryMany:
    def test_field_lines(self):
        message = request(*[b"X: a"] * MOST_LINES, b"Content-Length: 1", content=b"a")
        found = dissect(message)
        assert found.notes == (f"More than {MOST_LINES} field lines: what follows them is not divided.",)
        assert len(found["header section"].parts) == MOST_LINES
        assert bytes(found["Undecoded"].value).endswith(b"X: a\r\nContent-Length: 1\r\n\r\na")

    @pytest.mark.parametrize(
        ("message", "name"),
        [
            (b"GET /" + b"%41" * 1000 + b" HTTP/1.0\r\n\r\n", "absolute-path"),
            (b"GET /?" + b"a=b&" * 1000 + b" HTTP/1.0\r\n\r\n", "query"),
            (request(b"X: a" + b"\x00a" * 1000), "field-value"),
            (request(b"X: a" + b"\r\n b" * 1000), "field-value"),
            (chunked(b"1\r\na\r\n" * 1001, b"0\r\n\r\n"), "message-body"),
        ],
    )
    def test_parts_are_not_divided_without_end(self, message, name):
        found = [field for top in dissect(message).fields for _, field in top.lines() if field.name == name][
            -1
        ]
        assert len(found.parts) <= 1001
        assert found.parts[-1].name == "Undecoded"
        assert found.parts[-1].meaning.startswith("not divided after")
