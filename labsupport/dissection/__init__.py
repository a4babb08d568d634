"""Named bytes: every octet of a packet, an HTTP message or a token with its field, value, meaning and section."""

from __future__ import annotations

from labsupport.dissection.fields import Dissection, DissectionError, Field
from labsupport.dissection.http import begins_a_message, begins_with_cookies, cookie_lines, http_message
from labsupport.dissection.jose import begins_like_a_token, token
from labsupport.dissection.tcp import carries_tcp, tcp_packet
from labsupport.records import Exchange, Segment

_BEGINNING = 20
_NO_PACKET = "nor is it an IPv4 packet with TCP"
_NO_MESSAGE = "nor does it begin with the first line of an HTTP message"
_TEXT = b"\t\r\n" + bytes(range(32, 127))

__all__ = ["Dissection", "DissectionError", "Field", "dissect"]


def dissect(what: Segment | bytes | bytearray | memoryview | str) -> Dissection:
    """Name every octet of a segment's packet, or of bytes: an IPv4 packet with TCP, or an HTTP/1.1 message.

    Lines of Set-Cookie or Cookie may come by themselves. A text is a token: a JWS or a JWE in the compact
    serialization, which may come as bytes, too.

    Raises `DissectionError`, a `ValueError` that names the input and the remedy, for anything else.
    """
    if isinstance(what, Segment):
        if not what.packet:
            raise DissectionError("this segment came without its packet; dissect a segment of a capture")
        return tcp_packet(what.packet)
    if isinstance(what, str):
        return token(what)
    if isinstance(what, bytes | bytearray | memoryview):
        return _packet_or_message(bytes(what))
    if isinstance(what, Exchange):
        raise DissectionError(
            "an Exchange keeps the lines of its messages and not their octets; dissect the bytes that a "
            "socket received, or a segment of a capture"
        )
    raise DissectionError(
        f"a {type(what).__name__} has no bytes to name; hand over a Segment, the bytes of a packet or of an "
        "HTTP message, or a token"
    )


def _packet_or_message(octets: bytes) -> Dissection:
    """What begins like a message is one, unless it is a packet with TCP: no sound message looks like that."""
    if begins_with_cookies(octets):
        return cookie_lines(octets)
    if begins_like_a_token(octets) and not begins_a_message(octets):
        return token(octets.decode("latin-1"))
    text = (begins_a_message(octets) or _looks_like_text(octets)) and not carries_tcp(octets)
    first, second, nor = (
        (http_message, tcp_packet, _NO_PACKET) if text else (tcp_packet, http_message, _NO_MESSAGE)
    )
    try:
        return first(octets)
    except DissectionError as error:
        try:
            return second(octets)
        except DissectionError:
            raise DissectionError(f"{error} ({nor})") from None


def _looks_like_text(octets: bytes) -> bool:
    return octets[:_BEGINNING] != b"" and not octets[:_BEGINNING].translate(None, _TEXT)
