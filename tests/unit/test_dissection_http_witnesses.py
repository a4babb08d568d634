"""Other programs that read HTTP/1.1, and the dissection: where they agree, and why they differ where they do."""

from __future__ import annotations

import http.client
import re
import socket

import h11
import pytest
from flask import Flask

from labsupport.dissection import Dissection, dissect
from labsupport.server import Site
from tests.http_messages import ALL, CHUNKED, FORM, HELLO_RESPONSE, request, target

_IRREGULAR = {"CR", "CTL", "LF", "Line ends", "NUL", "Not allowed", "Whitespace", "obs-fold", "obs-text"}


def faults(found: Dissection) -> list[str]:
    """What the dissection calls irregular."""
    leaves = (leaf for leaf in found.leaves() if leaf.name in _IRREGULAR or "malformed" in leaf.meaning)
    return [*found.notes, *(leaf.name for leaf in leaves)]


def accepted_by_h11(message: bytes) -> bool:
    """Whether h11, as a server, reads the request to its end."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(message)
    connection.receive_data(b"")
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            assert event not in (h11.NEED_DATA, h11.PAUSED)
    except h11.RemoteProtocolError:
        return False
    return True


def chunked(content: bytes) -> bytes:
    return request(b"Transfer-Encoding: chunked", content=content)


SOUND = {name: message for name, message in ALL.items() if not message.startswith(b"HTTP/")} | {
    "equal lengths": request(b"Content-Length: 3", b"Content-Length: 3", content=b"abc"),
    "list of equal lengths": request(b"Content-Length: 3, 3", content=b"abc"),
    "length with zeros": request(b"Content-Length: 003", content=b"abc"),
    "extension and trailer": chunked(b"1;a=b\r\na\r\n0\r\nT: v\r\n\r\n"),
    "method in lowercase": target(b"/", b"get"),
}
REFUSED = {
    "whitespace before the colon": request(b"X : a"),
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": request(b"Host: i"),
    "lengths that differ": request(b"Content-Length: 3", b"Content-Length: 4", content=b"abcd"),
    "length with a sign": request(b"Content-Length: +3", content=b"abc"),
    "length that is no number": request(b"Content-Length: x"),
    "NUL": request(b"X: a\x00b"),
    "bare CR": request(b"X: a\rb"),
    "no colon": request(b"X"),
    "no field name": request(b": x"),
    "no token as field name": request(b"X@y: x"),
    "whitespace before the first field": b"GET / HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
    "tab": b"GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "version of two digits": b"GET / HTTP/1.10\r\nHost: h\r\n\r\n",
    "raw UTF-8 in the target": target(b"/\xc3\xa9"),
    "space in the target": target(b"/a b"),
    "no token as method": target(b"/", b"G(T"),
    "no chunk-size": chunked(b"xx\r\n"),
    "no line end after a chunk": chunked(b"1\r\nab0\r\n\r\n"),
    "giant chunk-size": chunked(b"f" * 30 + b"\r\na"),
    "chunked is not the last coding": request(b"Transfer-Encoding: gzip"),
    "chunked twice": request(b"Transfer-Encoding: chunked, chunked", content=b"0\r\n\r\n"),
    "bare LFs around chunks": chunked(b"1\na\n0\n\n"),
    "empty line before the message": b"\r\n" + request(),
}
LENIENT = {
    "a recipient may let a bare LF end a line (RFC 9112 §2.2)": b"GET / HTTP/1.1\nHost: h\n\n",
    "a server may take a fold for a space (RFC 9112 §5.2)": request(b"X: a\r\n b"),
    "obs-text is opaque to a recipient (RFC 9110 §5.5)": request(b"X: caf\xe9"),
    "a recipient may keep other control characters (RFC 9110 §5.5)": request(b"X: a\x01b"),
    "a server may let the coding count (RFC 9112 §6.3)": request(
        b"Content-Length: 3", b"Transfer-Encoding: chunked", content=b"0\r\n\r\n"
    ),
    "h11 leaves the connection to its user (RFC 9112 §6.1)": (
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "h11 does not look into the value of Host": b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "h11 takes any visible characters for a target, a fragment": target(b"/a#b"),
    "h11 takes any visible characters for a target, none of the forms": target(b"a"),
    "h11 takes any visible characters for a target, a lone percent sign": target(b"/%"),
    "h11 takes any visible characters for a target, quotes": target(b'/"'),
}
"""What h11 accepts although it is irregular, by the reason."""

STRICTER = {
    "h11 has no other transfer coding than chunked; the standard has (RFC 9112 §7.2)": request(
        b"Transfer-Encoding: gzip, chunked", content=b"0\r\n\r\n"
    ),
}
"""What h11 refuses although it is regular, by the reason."""


class TestH11:
    @pytest.mark.parametrize("message", SOUND.values(), ids=SOUND)
    def test_both_accept_what_is_sound(self, message):
        assert accepted_by_h11(message)
        assert faults(dissect(message)) == []

    @pytest.mark.parametrize("message", REFUSED.values(), ids=REFUSED)
    def test_what_h11_refuses_is_called_irregular(self, message):
        assert not accepted_by_h11(message)
        assert faults(dissect(message))

    @pytest.mark.parametrize("message", LENIENT.values(), ids=LENIENT)
    def test_h11_accepts_some_of_what_is_irregular(self, message):
        assert accepted_by_h11(message)
        assert faults(dissect(message))

    @pytest.mark.parametrize("message", STRICTER.values(), ids=STRICTER)
    def test_h11_refuses_some_of_what_is_regular(self, message):
        assert not accepted_by_h11(message)
        assert faults(dissect(message)) == []

    @pytest.mark.parametrize("message", SOUND.values(), ids=SOUND)
    def test_both_read_the_same(self, message):
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(message)
        head, found = connection.next_event(), dissect(message)
        assert isinstance(head, h11.Request)
        assert (head.method, head.target) == (found["method"].value, found["request-target"].value)
        # H11 makes one field of equal lengths (RFC 9112 §6.3).
        assert [name for name, _ in head.headers.raw_items()] == list(dict.fromkeys(field_names(found)))
        content = b""
        while isinstance(event := connection.next_event(), h11.Data):
            content += event.data
        assert content == content_of(found)


class TestHttpClient:
    @pytest.mark.parametrize(
        "message",
        [
            HELLO_RESPONSE,
            CHUNKED.replace(b"gzip, ", b""),
            b"HTTP/1.0 200 OK\r\n\r\nhello",
            b"HTTP/1.1 204 No Content\r\n\r\n",
        ],
    )
    def test_both_read_the_same_response(self, message):
        response, found = response_to(message), dissect(message)
        assert (str(response.status).encode(), response.reason.encode()) == (
            found["status-code"].value,
            found["reason-phrase"].value,
        )
        assert [name.encode() for name in response.msg] == field_names(found)
        assert response.read() == content_of(found)

    def test_it_knows_no_coding_but_chunked_alone_and_hands_out_the_framing(self):
        response = response_to(CHUNKED)
        assert response.read() == dissect(CHUNKED).octets.partition(b"\r\n\r\n")[2]
        assert content_of(dissect(CHUNKED)) == b"hello0123456789"

    def test_it_reads_over_what_is_irregular(self):
        message = b"HTTP/1.1 200 OK\nX: a\n b\n\n"
        response = response_to(message)
        assert response.headers["X"].split() == ["a", "b"]
        assert faults(dissect(message)) == ["LF", "obs-fold", "LF"]


class TestCheroot:
    @pytest.mark.parametrize("message", [ALL["request of RFC 9110 §3.9"], FORM, target(b"/%C3%A9?a=%20b")])
    def test_the_server_of_the_book_reads_the_same(self, message):
        with Site(Flask(__name__)) as site:
            with socket.create_connection(("127.0.0.1", int(site.url.rpartition(":")[2]))) as client:
                client.sendall(message)
                client.recv(1)
                (exchange,) = site.wait(1)
        found = dissect(message)
        assert (exchange.method.encode(), exchange.target.encode(), exchange.version.encode()) == (
            found["method"].value,
            found["request-target"].value,
            found["HTTP-version"].value,
        )
        assert [line.name.encode() for line in exchange.request_fields] == field_names(found)
        assert exchange.request_body == content_of(found)


class TestDecodersOfTheStandardLibrary:
    def test_pairs_are_those_of_urllib(self):
        from urllib.parse import parse_qsl

        found = dissect(FORM)["content"]
        read = [re.findall(r'"(.*?)"', part.meaning) for part in found.parts if part.name == "pair"]
        assert [tuple(pair) for pair in read] == parse_qsl(found.shown)


def response_to(octets: bytes) -> http.client.HTTPResponse:
    """What `http.client` makes of octets that a socket has received."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(octets)
        there.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(here)
        response.begin()
    return response


def field_names(found: Dissection) -> list[bytes | int]:
    return [leaf.value for leaf in found["header section"].leaves() if leaf.name == "field-name"]


def content_of(found: Dissection) -> bytes:
    """The content without its framing."""
    bodies = [field for field in found.fields if field.name == "message-body"]
    if bodies and bodies[0].meaning == "framed by chunks":
        return b"".join(bytes(leaf.value) for leaf in bodies[0].leaves() if leaf.name == "chunk-data")
    return b"".join(bytes(body.value) for body in bodies)
