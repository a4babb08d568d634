"""An HTTP/1.1 message, part by part, down to the last octet (RFC 9112 §2.1). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from labsupport.dissection.fields import Dissection, DissectionError, Field
from labsupport.dissection.http.content import body, undecoded_lines
from labsupport.dissection.http.cookies import judgment
from labsupport.dissection.http.field_lines import MOST_LINES, complete, section, values
from labsupport.dissection.http.framing import Framing, Head, framing, in_words
from labsupport.dissection.http.start_line import begins_a_message, start_line
from labsupport.dissection.http.target import names_a_host
from labsupport.dissection.text import divided, printable, text

_HEADER = "RFC 9112 §5"
_SHORT = 24
_MOST_NOTES = 10


def http_message(octets: bytes) -> Dissection:
    """Dissect a request or a response; a message that is cut off as far as its octets go.

    What a message has no right to hold is named as what it is, with what the standard has a recipient do;
    what concerns the message as a whole is told in the notes. Raises `DissectionError`, a `ValueError`, for
    octets that begin neither with a request line nor with a status line.
    """
    if not begins_a_message(octets):
        raise DissectionError(
            "this is no HTTP message: the first line is neither a request line (GET / HTTP/1.1) nor a status "
            "line (HTTP/1.1 200 OK); hand over the bytes of a message from its first line on"
        )
    first = len(octets) - len(octets.lstrip(b"\r\n"))
    start = start_line(octets, first)
    header = section(octets, start.end_bit // 8)
    framed = framing(_head(start, header))
    rest = _rest(octets, header, framed)
    fields = (*_before(octets, first), start, *_header(octets, header), *rest)
    notes = tuple(_notes(start, header, framed, rest))
    return Dissection(_title(start, octets), octets, fields, notes, is_text=True)


def begins_with_cookies(octets: bytes) -> bool:
    """True for octets that begin with a field line of Set-Cookie or Cookie, as `cookie_lines` takes them."""
    return octets[:11].lower() == b"set-cookie:" or octets[:7].lower() == b"cookie:"


def cookie_lines(octets: bytes) -> Dissection:
    """Dissect field lines by themselves, the first of which is a Set-Cookie or a Cookie.

    The notes tell which Set-Cookie lines a user agent ignores as a whole, as far as the lines alone decide that.
    """
    lines = section(octets, 0)
    end = lines[-1].end_bit // 8
    rest = (undecoded_lines(octets, end),) if end < len(octets) else ()
    reasons = filter(None, map(judgment, values(lines, "set-cookie")))
    notes = (f"A user agent ignores this Set-Cookie: {reason}." for reason in reasons)
    title = f"{octets[:octets.index(b':')].decode()} line of {len(octets)} octets"
    return Dissection(title, octets, (*lines, *rest), tuple(islice(notes, _MOST_NOTES)), is_text=True)


def _head(start: Field, header: Sequence[Field]) -> Head:
    return Head(
        request=start.name == "request-line",
        version=_part(start, "HTTP-version"),
        status=_part(start, "status-code"),
        lengths=values(header, "content-length"),
        codings=values(header, "transfer-encoding"),
    )


def _before(octets: bytes, first: int) -> Iterator[Field]:
    if first:
        meaning = "line ends before the first line; a server ignores an empty line here"
        leaf = text("Line ends", octets, 0, first, meaning, "RFC 9112 §2.2")
        yield divided("Before the message", (leaf,), octets, "", "RFC 9112 §2.2")


def _header(octets: bytes, header: Sequence[Field]) -> Iterator[Field]:
    if header:
        yield divided("header section", header, octets, "*( field-line CRLF ) CRLF", _HEADER)


def _rest(octets: bytes, header: tuple[Field, ...], framed: Framing) -> tuple[Field, ...]:
    end = header[-1].end_bit // 8 if header else len(octets)
    if complete(header):
        kinds = values(header, "content-type")
        return body(octets, end, framed, kinds[0] if kinds else b"")
    return (undecoded_lines(octets, end),) if end < len(octets) else ()


def _title(start: Field, octets: bytes) -> str:
    kind = "request" if start.name == "request-line" else "response"
    name = _part(start, "method" if kind == "request" else "status-code")
    called = printable(name[:_SHORT]) if name else "malformed"
    return f"{called} {kind} in an HTTP message of {len(octets)} octets"


def _part(field: Field, name: str) -> bytes:
    """The octets of the first part of that name; none where there is no such part."""
    return next(
        (part.value for part in field.parts if part.name == name and isinstance(part.value, bytes)), b""
    )


def _notes(
    start: Field, header: tuple[Field, ...], framed: Framing, rest: tuple[Field, ...]
) -> Iterator[str]:
    if start.name == "request-line":
        yield from _notes_on_request(start, header)
    yield from framed.notes
    if len(header) == MOST_LINES and not complete(header):
        yield f"More than {MOST_LINES} field lines: what follows them is not divided."
    elif not complete(header):
        yield "The octets end before the empty line that ends the header section."
    elif missing := _missing(start, framed, rest):
        yield missing


def _notes_on_request(start: Field, header: tuple[Field, ...]) -> Iterator[str]:
    version, hosts = _part(start, "HTTP-version"), values(header, "host")
    if not version:
        yield "The request line has no version; only HTTP/0.9 had such requests, and a server answers 400."
    if not _part(start, "request-target"):
        yield "The request line has no target; a server answers 400 (RFC 9112 §3)."
    if version == b"HTTP/1.1" and not hosts and complete(header):
        yield "Host is missing; a server answers 400 to a request in HTTP/1.1 without it (RFC 9112 §3.2)."
    if len(hosts) > 1:
        yield f"Host comes {len(hosts)} times; a server answers 400 (RFC 9112 §3.2)."
    if not all(map(names_a_host, hosts)):
        yield "Host is not a host with an optional port; a server answers 400 (RFC 9112 §3.2)."


def _missing(start: Field, framed: Framing, rest: tuple[Field, ...]) -> str:
    """What the octets end before, although the head announces it; empty where nothing is missing."""
    found = rest[0].bits // 8 if rest else 0
    if framed.rule == "length" and found < framed.length:
        return f"The octets end after {found} of {in_words(framed.length)} of content{_to_head(start, rest)}."
    if framed.rule != "chunked" or any(field.name == "Undecoded" for field in rest):
        return ""
    if not rest or rest[0].parts[-1].name == "chunk":
        return f"The octets end before the last chunk{_to_head(start, rest)}."
    if rest[0].parts[-1].name == "last-chunk" and (len(rest) == 1 or not complete(rest[1].parts)):
        return "The octets end before the empty line that ends the trailer section."
    return ""


def _to_head(start: Field, rest: tuple[Field, ...]) -> str:
    return (
        ""
        if rest or start.name == "request-line"
        else "; as the answer to HEAD it is complete (RFC 9112 §6.3)"
    )
