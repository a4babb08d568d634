"""HTTP messages typed from the examples of RFC 9110 and RFC 9112, and from their grammar."""

from __future__ import annotations

HEAD = b"GET / HTTP/1.1\r\nHost: www.example.com\r\n"
"""A request up to its last field line; field lines and the empty line can follow."""

HELLO_REQUEST = (
    b"GET /hello.txt HTTP/1.1\r\n"
    b"User-Agent: curl/7.64.1\r\n"
    b"Host: www.example.com\r\n"
    b"Accept-Language: en, mi\r\n"
    b"\r\n"
)
"""RFC 9110 §3.9."""

HELLO_RESPONSE = (
    b"HTTP/1.1 200 OK\r\n"
    b"Date: Mon, 27 Jul 2009 12:28:53 GMT\r\n"
    b"Server: Apache\r\n"
    b"Last-Modified: Wed, 22 Jul 2009 19:15:56 GMT\r\n"
    b'ETag: "34aa387-d-1568eb00"\r\n'
    b"Accept-Ranges: bytes\r\n"
    b"Content-Length: 51\r\n"
    b"Vary: Accept-Encoding\r\n"
    b"Content-Type: text/plain\r\n"
    b"\r\n"
    b"Hello World! My content includes a trailing CRLF.\r\n"
)
"""RFC 9110 §3.9."""

ORIGIN_FORM = b"GET /where?q=now HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
"""RFC 9112 §3.2.1."""

ABSOLUTE_FORM = (
    b"GET http://www.example.org/pub/WWW/TheProject.html HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
)
"""RFC 9112 §3.2.2."""

AUTHORITY_FORM = b"CONNECT www.example.com:80 HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
"""RFC 9112 §3.2.3."""

ASTERISK_FORM = b"OPTIONS * HTTP/1.1\r\nHost: www.example.org:8001\r\n\r\n"
"""RFC 9112 §3.2.4."""

FORM = (
    b"POST /f HTTP/1.1\r\n"
    b"Host: www.example.com\r\n"
    b"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
    b"Content-Length: 27\r\n"
    b"\r\n"
    b"name=Andr%C3%A9+Weil&city=x"
)

CHUNKED = (
    b"HTTP/1.1 200 OK\r\n"
    b"Transfer-Encoding: gzip, chunked\r\n"
    b"Trailer: Expires\r\n"
    b"\r\n"
    b'5;name="v"\r\nhello\r\n'
    b"0A\r\n0123456789\r\n"
    b"0\r\n"
    b"Expires: 0\r\n"
    b"\r\n"
)
"""The grammar of RFC 9112 §7.1, with an extension and a trailer section."""

ALL = {
    "request of RFC 9110 §3.9": HELLO_REQUEST,
    "response of RFC 9110 §3.9": HELLO_RESPONSE,
    "origin-form": ORIGIN_FORM,
    "absolute-form": ABSOLUTE_FORM,
    "authority-form": AUTHORITY_FORM,
    "asterisk-form": ASTERISK_FORM,
    "form": FORM,
    "chunked": CHUNKED,
}


def request(*lines: bytes, content: bytes = b"") -> bytes:
    """A request with a Host field and more field lines."""
    return HEAD + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + content


def target(octets: bytes, method: bytes = b"GET") -> bytes:
    """A request for a target."""
    return method + b" " + octets + b" HTTP/1.1\r\nHost: h\r\n\r\n"
