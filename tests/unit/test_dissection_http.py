"""Every octet of an HTTP message has a name: that of the rule in the grammar of RFC 9112 and RFC 9110."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsupport.dissection import Dissection, DissectionError, Field, dissect
from labsupport.dissection.http.field_lines import DIVIDED
from labsupport.dissection.http.registry import FIELDS, METHODS, STATUS_CODES
from labsupport.dissection.text import text
from labsupport.records import Endpoint, Exchange
from tests.captured_packets import CAPTURED, SYN
from tests.http_messages import (
    ABSOLUTE_FORM,
    ALL,
    ASTERISK_FORM,
    AUTHORITY_FORM,
    CHUNKED,
    FORM,
    HEAD,
    HELLO_REQUEST,
    HELLO_RESPONSE,
    ORIGIN_FORM,
    request,
    target,
)


def leaves(of: Dissection | Field) -> list[tuple[str, bytes | int]]:
    return [(leaf.name, leaf.value) for leaf in of.leaves()]


def names(dissection: Dissection) -> list[str]:
    return [field.name for field in dissection.fields]


class TestEveryOctet:
    @pytest.mark.parametrize("message", ALL.values(), ids=ALL)
    def test_the_leaves_joined_are_the_message(self, message):
        assert b"".join(bytes(value) for _, value in leaves(dissect(message))) == message

    @pytest.mark.parametrize("message", ALL.values(), ids=ALL)
    def test_each_leaf_has_a_meaning_and_a_standard(self, message):
        for leaf in dissect(message).leaves():
            assert leaf.meaning and leaf.standard

    @pytest.mark.parametrize("message", ALL.values(), ids=ALL)
    def test_the_examples_of_the_standard_are_sound(self, message):
        assert dissect(message).notes == ()
        assert not [leaf for leaf in dissect(message).leaves() if "malformed" in leaf.meaning]

    @pytest.mark.parametrize("message", ALL.values(), ids=ALL)
    def test_a_message_cut_anywhere_is_dissected_to_its_end(self, message):
        for size in range(len(b"CONNECT "), len(message)):
            found = dissect(message[:size])
            assert b"".join(bytes(value) for _, value in leaves(found)) == message[:size]


class TestRequestLine:
    def test_its_parts_are_those_of_the_grammar(self):
        assert leaves(dissect(HELLO_REQUEST)["request-line"]) == [
            ("method", b"GET"),
            ("SP", b" "),
            ("absolute-path", b"/hello.txt"),
            ("SP", b" "),
            ("HTTP-version", b"HTTP/1.1"),
            ("CRLF", b"\r\n"),
        ]
        assert dissect(HELLO_REQUEST)["request-line"].meaning == "method SP request-target SP HTTP-version"

    @pytest.mark.parametrize("method", METHODS)
    def test_a_known_method_has_its_meaning_and_section(self, method):
        found = dissect(target(b"/", method.encode()))["method"]
        assert (found.meaning, found.standard) == METHODS[method]

    def test_an_unknown_method_is_told_with_the_answer_of_a_server(self):
        assert dissect(target(b"/", b"BREW"))["method"].meaning.endswith("a server without it answers 501")

    def test_methods_are_case_sensitive(self):
        assert "this is not GET" in dissect(target(b"/", b"get"))["method"].meaning

    @pytest.mark.parametrize(
        ("version", "meaning"),
        [
            (b"HTTP/1.1", "the highest version of HTTP/1 that the sender speaks"),
            (b"HTTP/1.0", "the sender speaks no more than HTTP/1.0"),
            (b"HTTP/2.0", "not a version of HTTP/1 in use"),
            (b"HTTP/1.10", "malformed"),
            (b"HTTP/x", "malformed"),
        ],
    )
    def test_the_version(self, version, meaning):
        found = dissect(b"GET / " + version + b"\r\nHost: h\r\n\r\n")["HTTP-version"]
        assert found.value == version
        assert found.meaning.startswith(meaning)

    def test_the_title_says_method_and_length(self):
        assert dissect(ORIGIN_FORM).title == "GET request in an HTTP message of 52 octets"


class TestRequestTarget:
    def test_origin_form(self):
        found = dissect(ORIGIN_FORM)["request-target"]
        assert found.meaning.startswith("origin-form: ")
        assert found.standard == "RFC 9112 §3.2.1"
        assert leaves(found) == [
            ("absolute-path", b"/where"),
            ('"?"', b"?"),
            ("name", b"q"),
            ('"="', b"="),
            ("value", b"now"),
        ]

    def test_absolute_form(self):
        found = dissect(ABSOLUTE_FORM)["request-target"]
        assert found.meaning.startswith("absolute-form: ")
        assert leaves(found) == [
            ("scheme", b"http"),
            ('"://"', b"://"),
            ("uri-host", b"www.example.org"),
            ("absolute-path", b"/pub/WWW/TheProject.html"),
        ]

    def test_absolute_form_with_userinfo_port_and_query(self):
        found = dissect(target(b"http://ada:pw@[::1]:8080?a"))["request-target"]
        assert leaves(found) == [
            ("scheme", b"http"),
            ('"://"', b"://"),
            ("userinfo", b"ada:pw"),
            ('"@"', b"@"),
            ("uri-host", b"[::1]"),
            ('":"', b":"),
            ("port", b"8080"),
            ('"?"', b"?"),
            ("name", b"a"),
        ]

    def test_authority_form(self):
        found = dissect(AUTHORITY_FORM)["request-target"]
        assert found.meaning == "authority-form: host and port to connect to"
        assert leaves(found) == [("uri-host", b"www.example.com"), ('":"', b":"), ("port", b"80")]

    def test_asterisk_form(self):
        found = dissect(ASTERISK_FORM)["request-target"]
        assert (found.value, found.meaning) == (b"*", "asterisk-form: the server as a whole")

    @pytest.mark.parametrize(
        ("octets", "method", "meaning"),
        [
            (b"*", b"GET", "asterisk-form: the server as a whole; only OPTIONS takes this form"),
            (b"h:80", b"GET", "authority-form: host and port to connect to; only CONNECT takes this form"),
            (b"/x", b"CONNECT", "malformed: CONNECT takes the authority-form, a host and a port"),
            (b"h", b"CONNECT", "malformed: CONNECT takes the authority-form, a host and a port"),
            (b"index.html", b"GET", "malformed: none of the four forms; a server answers 400"),
        ],
    )
    def test_a_form_that_does_not_belong_to_the_method_says_so(self, octets, method, meaning):
        assert dissect(target(octets, method))["request-target"].meaning == meaning

    def test_a_fragment_has_no_place_in_a_target(self):
        found = dissect(target(b"/a?b#c"))["fragment"]
        assert found.value == b"#c"
        assert found.meaning.startswith("malformed")


    @pytest.mark.parametrize(
        ("octets", "method", "differs"),
        [
            (b"http://localhost:43210/", b"GET", True),
            (b"http://localhost:8000/", b"GET", False),
            (b"localhost:43210", b"CONNECT", True),
        ],
    )
    def test_a_port_that_the_kernel_chose_is_measured(self, octets, method, differs):
        found = dissect(target(octets, method))
        assert (found["request-target"].measured, found["port"].measured) == (differs, differs)


class TestPercentEncoding:
    def pieces(self, octets: bytes) -> list[tuple[str, str, str]]:
        path = dissect(target(octets))["absolute-path"]
        return [(part.name, part.shown, part.meaning) for part in path.parts]

    def test_a_path_without_it_is_one_leaf(self):
        assert self.pieces(b"/a/b;c=d+e") == []

    def test_one_triplet_is_one_octet(self):
        assert self.pieces(b"/%41b")[1:] == [
            ("pct-encoded", "%41", '"A", U+0041: the octet 41'),
            ("pchar", "b", "stand for themselves"),
        ]

    @pytest.mark.parametrize(
        ("triplets", "meaning"),
        [
            (b"%C3%A9", '"é", U+00E9: the octets c3 a9'),
            (b"%e4%bd%a0", '"你", U+4F60: the octets e4 bd a0'),
            (b"%F0%9F%98%80", '"😀", U+1F600: the octets f0 9f 98 80'),
        ],
    )
    def test_triplets_that_make_a_utf8_character_are_named_with_it(self, triplets, meaning):
        ((_, first, _), found) = self.pieces(b"/" + triplets)
        assert (first, found) == ("/", ("pct-encoded", triplets.decode(), meaning))

    def test_each_of_its_triplets_is_a_leaf(self):
        found = dissect(target(b"/%C3%A9"))["pct-encoded"]
        assert [(leaf.shown, leaf.meaning) for leaf in found.leaves()] == [
            ("%C3", "the octet c3"),
            ("%A9", "the octet a9"),
        ]

    def test_gbk_is_no_utf8(self):
        assert [meaning for _, _, meaning in self.pieces(b"/%C4%E3")[1:]] == [
            "the octet c4, no UTF-8",
            "the octet e3, no UTF-8",
        ]

    def test_what_breaks_off_is_no_character(self):
        assert [shown for _, shown, _ in self.pieces(b"/%E4%BD%41")[1:]] == ["%E4", "%BD", "%41"]

    @pytest.mark.parametrize("octets", [b"/%", b"/%4", b"/%zz", b"/100%"])
    def test_a_lone_percent_sign_is_malformed(self, octets):
        assert dissect(target(octets))['"%"'].meaning.startswith("malformed: no two hexadecimal digits")

    @pytest.mark.parametrize(
        ("octets", "meaning"),
        [
            (b"/\xc3\xa9", '"é", U+00E9: the octets c3 a9; a sender must percent-encode it'),
            (b"/\xe9", "the octet e9, no UTF-8; a sender must percent-encode it"),
            (b"/<", '"<", U+003C: the octet 3c; a sender must percent-encode it'),
            (b"/a b", '" ", U+0020: the octet 20; a sender must percent-encode it'),
        ],
    )
    def test_what_no_uri_holds_is_not_allowed(self, octets, meaning):
        assert dissect(target(octets))["Not allowed"].meaning == meaning

    def test_what_cannot_be_seen_or_marks_the_measured_is_escaped(self):
        assert r'"\u{202e}"' in dissect(target(b"/%E2%80%AE"))["pct-encoded"].meaning
        assert r'"\u{27e6}"' in dissect(target(b"/%E2%9F%A6"))["pct-encoded"].meaning


class TestFormEncoding:
    def test_pairs_of_a_query(self):
        found = dissect(target(b"/?a=1&b&=2&&c=d=e"))["query"]
        assert [part.meaning for part in found.parts if part.name == "pair"] == [
            'the name "a" with the value "1"',
            'the name "b" with the value ""',
            'the name "" with the value "2"',
            'the name "c" with the value "d=e"',
        ]

    def test_plus_is_a_space_in_a_pair_and_itself_in_a_path(self):
        found = dissect(target(b"/a+b?a+b"))
        assert found["absolute-path"].parts == ()
        assert found['"+"'].meaning == "a space, as forms encode it"

    def test_a_value_is_told_decoded_with_utf8(self):
        assert dissect(target(b"/?q=%E4%BD%A0%ff"))["value"].meaning == 'the value, encoded: "你\ufffd"'

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (b"%C3%A9" * 11, "é" * 11),
            (b"%C3%A9" * 60, "é" * 60),
            (b"%C3%A9" * 61, "é" * 60 + "…"),
            (b"%E4%BD%A0" * 100, "你" * 60 + "…"),
            (b"%F0%9F%98%80" * 60, "😀" * 60),
            (b"%F0%9F%98%80" * 61, "😀" * 60 + "…"),
            (b"+" + b"a" * 60, " " + "a" * 59 + "…"),
        ],
    )
    def test_of_a_long_value_sixty_characters_are_told_and_none_is_cut(self, value, told):
        assert dissect(target(b"/?q=" + value))["value"].meaning == f'the value, encoded: "{told}"'

    def test_content_of_a_form(self):
        content = dissect(FORM)["content"]
        assert content.meaning == "the fields of a form"
        assert [part.shown for part in content.parts] == ["name=Andr%C3%A9+Weil", "&", "city=x"]
        assert content.parts[0].meaning == 'the name "name" with the value "André Weil"'

    def test_content_of_another_type_is_not_divided(self):
        found = dissect(FORM.replace(b"x-www-form-urlencoded", b"octet-streams-of-bytes"))["content"]
        assert (found.parts, found.meaning) == ((), "27 octets")


class TestStatusLine:
    def test_its_parts_are_those_of_the_grammar(self):
        assert leaves(dissect(HELLO_RESPONSE)["status-line"]) == [
            ("HTTP-version", b"HTTP/1.1"),
            ("SP", b" "),
            ("status-code", b"200"),
            ("SP", b" "),
            ("reason-phrase", b"OK"),
            ("CRLF", b"\r\n"),
        ]

    @pytest.mark.parametrize("code", STATUS_CODES)
    def test_a_known_code_has_its_meaning_and_section(self, code):
        found = dissect(f"HTTP/1.1 {code} X\r\n\r\n".encode())["status-code"]
        assert (found.meaning, found.standard) == STATUS_CODES[code]

    @pytest.mark.parametrize(
        ("code", "meaning"), [("299", "successful"), ("418", "client error"), ("599", "server error")]
    )
    def test_an_unknown_code_is_one_of_its_class(self, code, meaning):
        assert dissect(f"HTTP/1.1 {code} X\r\n\r\n".encode())["status-code"].meaning == meaning

    @pytest.mark.parametrize("code", ["99", "600", "2000", "2x0", "²00"])
    def test_what_is_no_code_is_malformed(self, code):
        assert dissect(f"HTTP/1.1 {code} X\r\n\r\n".encode())["status-code"].meaning.startswith("malformed")

    def test_the_reason_phrase_may_be_empty_and_may_have_spaces(self):
        assert "reason-phrase" not in dict(leaves(dissect(b"HTTP/1.1 200 \r\n\r\n")))
        assert dissect(b"HTTP/1.1 404 Not Found\r\n\r\n")["reason-phrase"].value == b"Not Found"


class TestFieldLines:
    def test_a_line_is_called_by_its_field_and_shows_the_value(self):
        found = dissect(request(b"Accept-Language: en, mi"))["Accept-Language"]
        assert (found.shown, found.meaning) == ("en, mi", "languages that the user prefers")
        assert leaves(found) == [
            ("field-name", b"Accept-Language"),
            ('":"', b":"),
            ("OWS", b" "),
            ("field-value", b"en, mi"),
            ("CRLF", b"\r\n"),
        ]

    @pytest.mark.parametrize("name", FIELDS)
    def test_a_known_field_has_its_meaning_in_any_case(self, name):
        found = dissect(request(f"{name.upper()}: h".encode()))[name.upper()]
        assert (found.meaning, found.standard) == FIELDS[name]

    def test_an_unknown_field_is_ignored_by_a_recipient(self):
        assert dissect(request(b"X-Y: z"))["X-Y"].meaning.startswith("unknown here; a recipient ignores")

    def test_whitespace_around_the_value_is_no_part_of_it(self):
        found = dissect(request(b"X:\t  a b \t"))["X"]
        assert leaves(found)[2:5] == [("OWS", b"\t  "), ("field-value", b"a b"), ("OWS", b" \t")]

    @pytest.mark.parametrize("line", [b"X:", b"X: ", b"X:\t"])
    def test_a_value_may_be_empty(self, line):
        found = dissect(request(line))["X"]
        assert found.shown == ""
        assert "field-value" not in dict(leaves(found))

    def test_host_and_port_are_parts_of_host(self):
        assert leaves(dissect(ASTERISK_FORM)["Host"])[3:6] == [
            ("uri-host", b"www.example.org"),
            ('":"', b":"),
            ("port", b"8001"),
        ]

    def test_another_field_can_be_divided_by_a_function_of_its_own(self, monkeypatch):
        def key_and_rest(octets: bytes, first: int, end: int) -> tuple[Field, ...]:
            equals = octets.index(b"=", first, end)
            key = text("key", octets, first, equals, "which it is", "RFC 6265 §4.2")
            rest = text("secret", octets, equals, end, "differs from run to run", "RFC 6265 §4.2")
            return key, replace(rest, measured=True)

        monkeypatch.setitem(DIVIDED, "cookie", key_and_rest)
        found = dissect(request(b"Cookie: sid=31d4"))
        assert leaves(found["Cookie"])[3:5] == [("key", b"sid"), ("secret", b"=31d4")]
        assert [found[name].measured for name in ("Cookie", "key", "secret")] == [True, False, True]

    def test_only_a_value_that_is_sound_is_divided_so(self):
        assert [part.name for part in dissect(HEAD.replace(b"www", b"w\x00w") + b"\r\n")["field-value"].parts] == [
            "field-content", "NUL", "field-content",
        ]

    def test_an_empty_line_ends_the_section(self):
        assert dissect(HELLO_REQUEST)["header section"].parts[-1].name == "empty line"
        assert names(dissect(HELLO_REQUEST)) == ["request-line", "header section"]

    @pytest.mark.parametrize(
        ("line", "name", "differs"),
        [
            (b"Date: Mon, 27 Jul 2009 12:28:53 GMT", "Date", True),
            (b"Host: localhost:43210", "Host", True),
            (b"Host: localhost:8000", "Host", False),
            (b"Host: [1:40000::]:80", "Host", False),
            (b"Referer: http://h:80/?http://h:43210/", "Referer", True),
            (b"Location: http://localhost:43210/", "Location", True),
            (b"ETag: a", "ETag", False),
        ],
    )
    def test_what_differs_from_run_to_run_is_measured(self, line, name, differs):
        found = dissect(b"GET / HTTP/1.1\r\n" + line + b"\r\n\r\n")
        assert found[name].measured is differs
        assert any(leaf.measured for leaf in found.leaves()) is differs


class TestContent:
    def test_content_length_frames_it(self):
        body = dissect(HELLO_RESPONSE)["message-body"]
        assert (body.meaning, body.standard) == ("framed by Content-Length: 51 octets", "RFC 9112 §6.2")
        assert body.value == b"Hello World! My content includes a trailing CRLF.\r\n"

    def test_what_follows_it_is_not_part_of_the_message(self):
        found = dissect(FORM + b"GET /next")
        assert names(found)[-1] == "After the message"
        assert found["After the message"].value == b"GET /next"

    def test_a_request_without_a_length_has_no_content(self):
        assert names(dissect(request(content=b"GET /")))[2:] == ["After the message"]

    def test_a_response_without_a_length_ends_with_the_connection(self):
        body = dissect(b"HTTP/1.0 200 OK\r\n\r\nhello")["message-body"]
        assert body.meaning == "the body ends where the connection ends"

    @pytest.mark.parametrize("code", [b"100", b"204", b"304"])
    def test_some_responses_never_have_content(self, code):
        found = dissect(b"HTTP/1.1 " + code + b" X\r\nContent-Length: 5\r\n\r\nHTTP/")
        assert names(found)[2:] == ["After the message"]
        assert found.notes == ()

    @pytest.mark.parametrize("code", [b"1", b"1000", b"1\x00\x00"])
    def test_what_is_no_status_code_decides_nothing(self, code):
        assert dissect(b"HTTP/1.1 " + code + b" X\r\n\r\nhello")["content"].value == b"hello"

    def test_a_length_of_zero(self):
        assert names(dissect(request(b"Content-Length: 0"))) == ["request-line", "header section"]

    @pytest.mark.parametrize("value", [b"3, 3", b"003", b"3,3,3"])
    def test_equal_lengths_are_one_length(self, value):
        found = dissect(request(b"Content-Length: " + value, content=b"abc"))
        assert (found["content"].value, found.notes) == (b"abc", ())


class TestChunks:
    def test_size_extension_data_and_line_ends(self):
        first, second, last = dissect(CHUNKED)["message-body"].parts
        assert leaves(first) == [
            ("chunk-size", b"5"),
            ("chunk-ext", b';name="v"'),
            ("CRLF", b"\r\n"),
            ("chunk-data", b"hello"),
            ("CRLF", b"\r\n"),
        ]
        assert second.parts[0].meaning == "the size of the data in hexadecimal: 10 octets"
        assert (last.name, last.value) == ("last-chunk", b"0\r\n")

    def test_the_trailer_section_has_field_lines(self):
        trailer = dissect(CHUNKED)["trailer section"]
        assert [part.name for part in trailer.parts] == ["Expires", "empty line"]
        assert trailer.standard == "RFC 9112 §7.1.2"

    def test_what_follows_the_trailer_section_is_not_part_of_the_message(self):
        assert dissect(CHUNKED + b"HTTP/1.1")["After the message"].value == b"HTTP/1.1"

    def test_a_size_may_have_leading_zeros_and_either_case(self):
        assert dissect(CHUNKED.replace(b"0A", b"000a"))["trailer section"].bits > 0


class TestPacketOrMessage:
    @pytest.mark.parametrize("packet", CAPTURED.values(), ids=CAPTURED)
    def test_a_packet_with_tcp_is_never_taken_for_a_message(self, packet):
        for service in b"\x00\x02\xb8HTE\xff":
            assert not dissect(packet[:1] + bytes([service]) + packet[2:]).is_text

    def test_not_even_one_whose_first_octets_are_those_of_a_request(self):
        assert not dissect(b"GET " + SYN[4:]).is_text

    @pytest.mark.parametrize("method", METHODS)
    def test_a_message_is_never_taken_for_a_packet(self, method):
        assert dissect(target(b"/", method.encode())).is_text

    def test_not_even_one_with_the_number_of_tcp_as_its_tenth_octet(self):
        message = b"GET /aaaa\x06 HTTP/1.1\r\n\r\n"
        assert message[9] == 6
        assert dissect(message).is_text

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_all_kinds_of_bytes(self, kind):
        assert dissect(kind(ORIGIN_FORM)) == dissect(ORIGIN_FORM)

    @pytest.mark.parametrize(
        ("octets", "reason", "also"),
        [
            (b"", "there are no bytes", "nor does it begin with the first line of an HTTP message"),
            (bytes(40), "its version is 0", "nor does it begin with the first line of an HTTP message"),
            (b"hello world\r\n", "this is no HTTP message", "nor is it an IPv4 packet with TCP"),
            (b"EHLO example.com\r\n", "this is no HTTP message", "nor is it an IPv4 packet with TCP"),
            (b'{"a": 1}', "hand over the bytes of a message from its first line", "nor is it an IPv4 packet"),
        ],
    )
    def test_the_error_names_both(self, octets, reason, also):
        with pytest.raises(DissectionError) as error:
            dissect(octets)
        assert reason in str(error.value)
        assert also in str(error.value)

    def test_an_exchange_has_no_octets(self):
        exchange = Exchange("GET", "/", "HTTP/1.1", (), b"", 0, 200, "OK", (), b"", 0, Endpoint("::", 1), 0)
        with pytest.raises(DissectionError, match="keeps the lines of its messages and not their octets"):
            dissect(exchange)  # type: ignore[arg-type]

    def test_the_head_of_a_message_alone_is_enough(self):
        assert dissect(HEAD + b"\r\n").notes == ()
