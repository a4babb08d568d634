"""The body of a message: chunks (RFC 9112 §7.1), pairs of a form, or octets as they are. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsupport.dissection.fields import Field
from labsupport.dissection.http.field_lines import complete, section
from labsupport.dissection.http.framing import Framing, in_words
from labsupport.dissection.http.lines import Line, line_at, line_end
from labsupport.dissection.http.urlencoded import FORM, pairs
from labsupport.dissection.text import divided, text

_CONTENT, _CHUNKED = "RFC 9110 §6.4", "RFC 9112 §7.1"
_EXTENSION, _TRAILER = "RFC 9112 §7.1.1", "RFC 9112 §7.1.2"
_DIGITS = re.compile(rb"[0-9A-Fa-f]+")
_MOST_CHUNKS = 1000
_FORM_TYPE = b"application/x-www-form-urlencoded"


def body(octets: bytes, first: int, framing: Framing, content_type: bytes) -> tuple[Field, ...]:
    """The body that begins here, and what follows it; nothing where the octets end before it."""
    if first >= len(octets):
        return ()
    if framing.rule == "none":
        return (_after(octets, first),)
    if framing.rule == "chunked":
        return tuple(_chunked(octets, first, framing))
    if framing.rule == "faulty":
        undecoded = text("Octets", octets, first, len(octets), "cannot be divided", framing.standard)
        return (divided("Undecoded", (undecoded,), octets, framing.meaning, framing.standard),)
    end = min(first + framing.length, len(octets)) if framing.rule == "length" else len(octets)
    content = _content(octets, first, end, content_type)
    whole = divided("message-body", content, octets, framing.meaning, framing.standard)
    return (whole, _after(octets, end)) if end < len(octets) else (whole,)


def _content(octets: bytes, first: int, end: int, content_type: bytes) -> tuple[Field, ...]:
    if content_type.split(b";")[0].strip().lower() == _FORM_TYPE:
        parts = pairs(octets, first, end)
        return (divided("content", parts, octets, "the fields of a form", FORM),)
    return (text("content", octets, first, end, in_words(end - first), _CONTENT),)


def _after(octets: bytes, first: int) -> Field:
    meaning = "not part of this message: a recipient takes it for the next one on the connection"
    rest = text("Octets", octets, first, len(octets), meaning, "RFC 9112 §9.3.2")
    return divided("After the message", (rest,), octets, "", "RFC 9112 §6.3")


def _chunked(octets: bytes, first: int, framing: Framing) -> Iterator[Field]:
    chunks = tuple(_chunks(octets, first))
    yield divided("message-body", chunks, octets, framing.meaning, framing.standard)
    end = chunks[-1].end_bit // 8
    if end == len(octets) or chunks[-1].name == "Undecoded":
        return
    trailer = section(octets, end)
    yield divided("trailer section", trailer, octets, "*( field-line CRLF ) CRLF", _TRAILER)
    end = trailer[-1].end_bit // 8
    if end < len(octets):
        yield _after(octets, end) if complete(trailer) else undecoded_lines(octets, end)


def undecoded_lines(octets: bytes, first: int) -> Field:
    """What follows the field lines that are divided, where there are too many of them."""
    meaning = "too many field lines: not divided further, so that the body is not found"
    rest = text("Octets", octets, first, len(octets), meaning, "RFC 9112 §5")
    return divided("Undecoded", (rest,), octets, "", "RFC 9112 §5")


def _chunks(octets: bytes, first: int) -> Iterator[Field]:
    """The chunks up to the last one; what is none, and what follows very many, stays undecoded."""
    meaning = f"not divided after {_MOST_CHUNKS} chunks"
    for _ in range(_MOST_CHUNKS):
        found = _chunk(octets, line_at(octets, first))
        if found is None:
            meaning = "malformed: no chunk-size in hexadecimal digits; the recipient gives up the connection"
            break
        yield found
        first = found.end_bit // 8
        if found.name == "last-chunk" or first == len(octets):
            return
        if found.name != "chunk":
            meaning = "after a malformed chunk: not divided"
            break
    yield text("Undecoded", octets, first, len(octets), meaning, _CHUNKED)


def _chunk(octets: bytes, line: Line) -> Field | None:
    """A chunk with its data, or the last chunk, which has none; None where no size begins."""
    digits = _DIGITS.match(octets, line.first, line.text_end)
    if not digits:
        return None
    size = min(int(digits[0], 16), len(octets))
    parts = [*_size_line(octets, line, digits.end())]
    if size == 0:
        return divided("last-chunk", parts, octets, "no more chunks", _CHUNKED)
    if line.end == len(octets):
        return divided("chunk", parts, octets, "the octets end before its data", _CHUNKED)
    stop = min(line.end + size, len(octets))
    parts.append(text("chunk-data", octets, line.end, stop, in_words(stop - line.end), _CHUNKED))
    end = line_at(octets, stop)
    if end.first == end.text_end:
        parts += line_end(octets, end)
        return divided("chunk", parts, octets, "a piece of the content", _CHUNKED)
    return divided("Malformed chunk", parts, octets, "malformed: no CRLF follows its data", _CHUNKED)


def _size_line(octets: bytes, line: Line, digits_end: int) -> Iterator[Field]:
    size = int(octets[line.first : digits_end], 16)
    meaning = f"the size of the data in hexadecimal: {in_words(size)}"
    yield text("chunk-size", octets, line.first, digits_end, meaning, _CHUNKED)
    if digits_end < line.text_end:
        yield _extension(octets, digits_end, line.text_end)
    yield from line_end(octets, line)


def _extension(octets: bytes, first: int, end: int) -> Field:
    begins = octets[first:end].lstrip(b" \t")[:1]
    if begins == b";":
        meaning = "an extension; a recipient ignores one it does not know"
        return text("chunk-ext", octets, first, end, meaning, _EXTENSION)
    if not begins:
        return text("BWS", octets, first, end, "bad whitespace: a recipient removes it", "RFC 9110 §5.6.3")
    meaning = "malformed: an extension begins with a semicolon"
    return text("Malformed extension", octets, first, end, meaning, _EXTENSION)
