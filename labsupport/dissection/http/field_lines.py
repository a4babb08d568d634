"""A header or trailer section, field line by field line (RFC 9112 §5, RFC 9110 §5). Pure Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from labsupport.dissection.fields import Field, ephemeral
from labsupport.dissection.http.cookies import cookie, set_cookie
from labsupport.dissection.http.lines import EMPTY_LINE, TOKEN, Line, empty_line, line_at, line_end, past
from labsupport.dissection.http.registry import FIELDS, Known
from labsupport.dissection.http.target import host_and_port
from labsupport.dissection.text import bounded, divided, text

MOST_LINES = 1000
"""Field lines that are divided; the octets after these stay undecoded."""

DIVIDED: Mapping[str, Callable[[bytes, int, int], tuple[Field, ...]]] = {
    "cookie": cookie, "host": host_and_port, "set-cookie": set_cookie,
}
"""The fields whose value is divided further, by their names in lowercase.

Such a function gets the octets, and where the value begins and ends; its parts follow one another without a gap. It
marks the part that differs from run to run as measured, and the line is then marked, too. Only a value that is all
`field-content` is divided so, but for cookies, whose own rules say what becomes of any octet.
"""

_ANY_OCTETS = ("cookie", "set-cookie")

_NAME, _VALUE, _LINE, _FOLD = "RFC 9110 §5.1", "RFC 9110 §5.5", "RFC 9112 §5", "RFC 9112 §5.2"
_BLANKS = b" \t"
_LONGEST_NAME = 64
_UNKNOWN = Known("unknown here; a recipient ignores a field it does not know", _NAME)
_BLANK = re.compile(rb"[ \t]*")
_AS_SPACES = bytes.maketrans(b"\r\n\t", b"   ")
_PIECE = re.compile(
    rb"(?P<content>[\x20-\x7e\t]+)|(?P<opaque>[\x80-\xff]+)|(?P<nul>\x00+)|(?P<cr>\r+)|(?P<control>[\x01-\x1f\x7f]+)"
)
_PIECES = {
    "content": ("field-content", "visible characters, and blanks between them", _VALUE),
    "opaque": ("obs-text", "octets beyond ASCII: obsolete, a recipient does not interpret them", _VALUE),
    "nul": ("NUL", "malformed and dangerous: a recipient rejects the message or puts a space here", _VALUE),
    "cr": ("CR", "a bare CR, malformed: a recipient rejects it or puts a space here", "RFC 9112 §2.2"),
    "control": ("CTL", "malformed: a control character; a recipient may keep it where that is safe", _VALUE),
}
_PORT = re.compile(rb":(\d{5})(?!\d)")


def section(octets: bytes, first: int) -> tuple[Field, ...]:
    """The field lines that begin here, and the empty line that ends them, as far as the octets go."""
    found: list[Field] = []
    while first < len(octets) and len(found) < MOST_LINES:
        line = line_at(octets, first)
        if line.empty:
            return (*found, empty_line(octets, line))
        found.append(_field_line(octets, line))
        first = found[-1].end_bit // 8
    return tuple(found)


def complete(fields: tuple[Field, ...]) -> bool:
    """True for a section that its empty line ends."""
    return bool(fields) and fields[-1].name == EMPTY_LINE


def values(fields: Iterable[Field], name: str) -> tuple[bytes, ...]:
    """The values of a field, one for each line; a fold counts as spaces (RFC 9112 §5.2)."""
    lines = (field.parts for field in fields if field.name.lower() == name)
    found = ({part.name: part for part in parts}.get("field-value") for parts in lines)
    return tuple(_octets(part).translate(_AS_SPACES) if part else b"" for part in found)


def _octets(field: Field) -> bytes:
    return field.value if isinstance(field.value, bytes) else b""


def _field_line(octets: bytes, line: Line) -> Field:
    colon = octets.find(b":", line.first, line.text_end)
    if octets[line.first] in _BLANKS:
        meaning = "malformed: whitespace begins it; a recipient rejects the message or drops the line"
        return _malformed(octets, line, meaning, "RFC 9112 §2.2")
    if colon < 0:
        return _malformed(octets, line, "malformed: there is no colon; a server answers 400", _LINE)
    last = _last_line(octets, line)
    name_end = line.first + len(octets[line.first : colon].rstrip(_BLANKS))
    parts = (
        *_name(octets, line.first, name_end, colon),
        _colon(octets, colon, line.first < name_end),
        *_value(octets, colon + 1, last.text_end, octets[line.first : name_end]),
        *line_end(octets, last),
    )
    return _summed_up(octets, parts, octets[line.first : name_end])


def _last_line(octets: bytes, line: Line) -> Line:
    """The line itself, or the last of those that continue it: each begins with a blank (RFC 9112 §5.2)."""
    while octets[line.end : line.end + 1] in (b" ", b"\t"):
        line = line_at(octets, line.end)
    return line


def _malformed(octets: bytes, line: Line, meaning: str, standard: str) -> Field:
    content = text("Malformed line", octets, line.first, line.text_end, meaning, standard, told=True)
    whole = divided("field-line", (content, *line_end(octets, line)), octets, meaning, standard)
    return replace(whole, shown=content.shown)


def _summed_up(octets: bytes, parts: tuple[Field, ...], name: bytes) -> Field:
    """The line as one field, called by the field's own name, that shows the value."""
    known = FIELDS.get(name[:_LONGEST_NAME].decode("latin-1").lower(), _UNKNOWN)
    shown = {part.name: part for part in parts}.get("field-value")
    called = name.decode() if TOKEN.fullmatch(name) and len(name) <= _LONGEST_NAME else "field-line"
    whole = divided(called, parts, octets, known.meaning, known.standard)
    return replace(whole, shown=shown.shown if shown else "")


def _name(octets: bytes, first: int, name_end: int, colon: int) -> Iterator[Field]:
    well_formed = TOKEN.fullmatch(octets, first, name_end) is not None
    if first < name_end:
        meaning = "which field this is" if well_formed else "malformed: a field name is a token"
        yield text("field-name", octets, first, name_end, meaning, _NAME, told=well_formed)
    if name_end < colon:
        meaning = (
            "whitespace before the colon, malformed: a server answers 400, a proxy removes it from a response"
        )
        yield text("Whitespace", octets, name_end, colon, meaning, "RFC 9112 §5.1")


def _colon(octets: bytes, at: int, named: bool) -> Field:
    meaning = "ends the field name" if named else "malformed: no field name stands before it"
    return text('":"', octets, at, at + 1, meaning, _LINE, told=named)


def _value(octets: bytes, first: int, end: int, name: bytes) -> Iterator[Field]:
    value = octets[first:end]
    start = end - len(value.lstrip(_BLANKS))
    stop = max(start, first + len(value.rstrip(_BLANKS)))
    yield from _blanks(octets, first, start)
    if start < stop:
        yield _field_value(octets, start, stop, name)
    yield from _blanks(octets, stop, end)


def _blanks(octets: bytes, first: int, end: int) -> Iterator[Field]:
    if first < end:
        meaning = "optional whitespace, no part of the value"
        yield text("OWS", octets, first, end, meaning, "RFC 9110 §5.6.3", told=True)


def _field_value(octets: bytes, first: int, end: int, name: bytes) -> Field:
    pieces = bounded(_pieces(octets, first, end), octets, end)
    meaning = "what the field says"
    lowercase = name[:_LONGEST_NAME].decode("latin-1").lower()
    kinds = {piece.name for piece in pieces}
    if kinds != {"field-content"} and (lowercase not in _ANY_OCTETS or "obs-fold" in kinds):
        return divided("field-value", pieces, octets, meaning, _VALUE)
    if lowercase in DIVIDED:
        whole = divided("field-value", DIVIDED[lowercase](octets, first, end), octets, meaning, _VALUE)
        return replace(whole, told=lowercase in _ANY_OCTETS or all(part.told for part in whole.parts))
    whole = text("field-value", octets, first, end, meaning, _VALUE, told=True)
    return replace(whole, measured=_differs(lowercase, octets[first:end]))


def _pieces(octets: bytes, first: int, end: int) -> Iterator[Field]:
    """What the value is made of: runs of characters of one kind, and the folds between the lines."""
    while first < end:
        fold = octets.find(b"\n", first, end)
        stop = end if fold < 0 else first + len(octets[first:fold].removesuffix(b"\r").rstrip(_BLANKS))
        for match in _PIECE.finditer(octets, first, stop):
            name, meaning, standard = _PIECES[str(match.lastgroup)]
            told = name == "field-content"
            yield text(name, octets, match.start(), match.end(), meaning, standard, told)
        first = end if fold < 0 else past(_BLANK, octets, fold + 1, end)
        if stop < first:
            meaning = "an obsolete fold: a client takes it for a space, a server does so or answers 400"
            yield text("obs-fold", octets, stop, first, meaning, _FOLD)


def _differs(name: str, value: bytes) -> bool:
    """True for a value that differs from run to run: a date of sending, a port that the kernel hands out."""
    return name == "date" or any(ephemeral(int(port)) for port in _PORT.findall(value))
