"""Hostile octets are named to the last one, or refused, and shown within bounds."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.dissection import Dissection, DissectionError, dissect
from tests.dissections import assert_each_bit_has_one_leaf, assert_parts_fill_their_field
from tests.http_messages import ALL, HEAD, target

LARGE = 1_000_000
FRAGMENTS = st.sampled_from([
    b"\r\n", b"\n", b"\r", b"\x00", b" ", b"\t", b":", b"%", b"%C3%A9", b"&", b"=", b"+", b"?", b"#", b"*", b"/", b"://",
    b"@", b"[", b"]", b";", b",", b"HTTP/1.1", b"\r\n ", b"\r\n\r\n", b"0\r\n", b"\x06", b"\r\nContent-Length: ",
    b"\r\nTransfer-Encoding: chunked", b"99999999999999999999", b"\xe2\x9f\xa6",
])


def assert_complete(found: Dissection) -> None:
    assert_each_bit_has_one_leaf(found)
    assert b"".join(leaf.value for leaf in found.leaves() if isinstance(leaf.value, bytes)) == found.octets


def survives(octets: bytes) -> None:
    try:
        found = dissect(octets)
    except DissectionError:
        return
    if found.is_text:
        assert_complete(found)
    assert_parts_fill_their_field(found)
    shown = found._repr_mimebundle_()
    ElementTree.fromstring(shown["text/html"])
    assert shown["text/plain"].count("⟦") == shown["text/plain"].count("⟧")


class TestHostileOctets:
    @given(st.binary(max_size=200))
    @settings(deadline=None)
    def test_any_target(self, octets):
        survives(target(octets))

    @given(st.binary(max_size=200))
    @settings(deadline=None)
    def test_any_octets_after_the_first_line(self, octets):
        survives(HEAD + octets)

    @given(st.binary(max_size=200), st.sampled_from([b"chunked", b"gzip, chunked", b"gzip"]))
    @settings(deadline=None)
    def test_any_content_in_any_coding(self, octets, coding):
        survives(HEAD + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + octets)

    @given(st.binary(max_size=60), st.binary(max_size=60))
    @settings(deadline=None)
    def test_any_form(self, octets, length):
        head = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        survives(head + length + b"\r\n\r\n" + octets)

    @given(st.lists(FRAGMENTS, max_size=40))
    @settings(deadline=None)
    def test_any_order_of_what_has_a_meaning(self, fragments):
        survives(b"POST /" + b"".join(fragments))
        survives(b"HTTP/1.1 200 OK" + b"".join(fragments))

    @given(st.sampled_from(list(ALL.values())), st.data())
    @settings(deadline=None)
    def test_a_message_with_changed_octets(self, message, data):
        octets = bytearray(message)
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(octets)))
            octets[at : at + data.draw(st.integers(0, 3))] = data.draw(FRAGMENTS | st.binary(max_size=3))
        survives(bytes(octets))


class TestWhatIsSoundStaysSound:
    names = st.text("ADZadz059!#$%&'*+.^_`|~-", min_size=1, max_size=20).map("X-{}".format)
    characters = st.characters(min_codepoint=32, max_codepoint=126) | st.just("\t")
    field_values = st.text(characters, min_size=1, max_size=32).map(lambda value: value.strip(" \t")).filter(bool)

    @given(st.lists(st.tuples(names, field_values), max_size=8), st.binary(max_size=80))
    @settings(deadline=None)
    def test_any_fields_and_content_are_read_back(self, lines, content):
        section = "".join(f"{name}: {value}\r\n" for name, value in lines).encode()
        found = dissect(HEAD + section + b"Content-Length: %d\r\n\r\n" % len(content) + content)
        assert found.notes == ()
        read = [
            tuple(
                bytes(leaf.value).decode()
                for leaf in part.leaves()
                if leaf.name in ("field-name", "field-value")
            )
            for part in found["header section"].parts[1:-2]
        ]
        assert read == lines
        assert (found["content"].value if content else b"") == content

    @given(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
    @settings(deadline=None)
    def test_any_chunks_are_read_back(self, chunks):
        body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
        found = dissect(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body)
        assert found.notes == ()
        assert [leaf.value for leaf in found.leaves() if leaf.name == "chunk-data"] == chunks


MEGABYTES = {
    "a target": target(b"/" + b"a" * LARGE),
    "triplets": target(b"/" + b"%41" * (LARGE // 3)),
    "pairs": target(b"/?" + b"a=1&" * (LARGE // 4)),
    "ampersands": target(b"/?" + b"&" * LARGE),
    "at signs": target(b"http://" + b"@" * LARGE),
    "spaces in the first line": b"GET" + b" " * LARGE + b"/ HTTP/1.1\r\n\r\n",
    "field lines": HEAD + b"a:b\n" * (LARGE // 4) + b"\n",
    "folds": HEAD + b"X: a" + b"\r\n b" * (LARGE // 4) + b"\r\n\r\n",
    "NULs": HEAD + b"X: " + b"\x00a" * (LARGE // 2) + b"\r\n\r\n",
    "spaces in a value": HEAD + b"X:" + b" " * LARGE + b"a" + b" " * LARGE + b"b\r\n\r\n",
    "digits of a length": HEAD + b"Content-Length: " + b"9" * LARGE + b"\r\n\r\na",
    "lengths": HEAD + b"Content-Length: " + b"1," * (LARGE // 2) + b"1\r\n\r\na",
    "codings": HEAD + b"Transfer-Encoding: " + b"," * LARGE + b"chunked\r\n\r\n0\r\n\r\n",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * (LARGE // 6),
    "digits of a size": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * LARGE + b"\r\nab",
    "line ends before it": b"\r\n" * (LARGE // 2) + HEAD + b"\r\n",
    "line feeds as content": HEAD + b"Content-Length: %d\r\n\r\n" % LARGE + b"\n" * LARGE,
    "no line end": HEAD + b"\x00" * LARGE,
}


class TestMegabytes:
    @pytest.mark.parametrize("message", MEGABYTES.values(), ids=MEGABYTES)
    def test_they_are_named_and_shown_in_part(self, message):
        found = dissect(message)
        shown = found._repr_mimebundle_()
        assert_complete(found)
        assert len(shown["text/html"]) < 300_000
        assert len(shown["text/plain"]) < 60_000

    @pytest.mark.parametrize("octets", [b"A" * LARGE, b"A" * 60 + b" " + b"B" * LARGE, b"\r\n" * LARGE])
    def test_what_is_no_message_is_refused_in_few_words(self, octets):
        with pytest.raises(DissectionError) as error:
            dissect(octets)
        assert len(str(error.value)) < 400
