"""Percent-encoding (RFC 3986 §2.1) and the pairs of application/x-www-form-urlencoded. Pure Python."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from itertools import chain
from urllib.parse import unquote_to_bytes

from labsupport.dissection.fields import Field
from labsupport.dissection.text import bounded, divided, text, visible

TRIPLET = "RFC 3986 §2.1"
FORM = "WHATWG URL §5.1"
_MOST_CHARACTERS = 60
_LONGEST_CHARACTER = 12  # octets: four triplets
_PCHAR = rb"A-Za-z0-9\-._~!$&'()*,;=:@"
_COMMON = rb"(?P<triplets>(?:%[0-9A-Fa-f]{2})+)|(?P<percent>%)"
_PATH = re.compile(
    _COMMON + rb"|(?P<slash>/)|(?P<pchar>[+" + _PCHAR + rb"]+)|(?P<outside>[^%/+" + _PCHAR + rb"]+)"
)
_FORM = re.compile(
    _COMMON + rb"|(?P<plus>\+)|(?P<characters>[/?" + _PCHAR + rb"]+)|(?P<outside>[^%+/?" + _PCHAR + rb"]+)"
)
_PLAIN_PATH = re.compile(rb"[/+" + _PCHAR + rb"]*")
_PLAIN = re.compile(rb"[/?" + _PCHAR + rb"]*")
_PIECES = {
    "pchar": ("pchar", "stand for themselves", "RFC 3986 §3.3"),
    "characters": ("characters", "stand for themselves", FORM),
    "slash": ('"/"', "begins a segment", "RFC 3986 §3.3"),
    "plus": ('"+"', "a space, as forms encode it", FORM),
    "percent": ('"%"', "malformed: no two hexadecimal digits follow", TRIPLET),
}


def path(octets: bytes, first: int, end: int, standard: str) -> Field:
    """An absolute path; divided where it holds more than characters that stand for themselves."""
    meaning = "the path of the resource"
    if _PLAIN_PATH.fullmatch(octets, first, end):
        return text("absolute-path", octets, first, end, meaning, standard)
    return divided("absolute-path", _pieces(_PATH, octets, first, end), octets, meaning, standard)


def pairs(octets: bytes, first: int, end: int) -> tuple[Field, ...]:
    """Names and values, `name=value` joined by `&`, as forms write them."""
    return bounded(_pairs(octets, first, end), octets, end)


def _pairs(octets: bytes, first: int, end: int) -> Iterator[Field]:
    while first < end:
        stop = octets.find(b"&", first, end)
        stop = end if stop < 0 else stop
        if first < stop:
            yield _pair(octets, first, stop)
        if stop < end:
            yield text('"&"', octets, stop, stop + 1, "separates pairs", FORM, told=True)
        first = stop + 1


def _pair(octets: bytes, first: int, end: int) -> Field:
    equals = octets.find(b"=", first, end)
    name_end = end if equals < 0 else equals
    parts = list(_encoded("name", octets, first, name_end))
    if equals >= 0:
        parts.append(text('"="', octets, equals, equals + 1, "ends the name", FORM, told=True))
        parts += _encoded("value", octets, equals + 1, end)
    name, value = _decoded(octets[first:name_end]), _decoded(octets[name_end + 1 : end])
    return divided("pair", parts, octets, f'the name "{name}" with the value "{value}"', FORM)


def _encoded(name: str, octets: bytes, first: int, end: int) -> Iterator[Field]:
    """A name or value; it has a line of its own where something in it is encoded."""
    if first == end:
        return
    if _PLAIN.fullmatch(octets, first, end):
        yield text(name, octets, first, end, f"the {name}, not encoded", FORM, told=True)
        return
    meaning = f'the {name}, encoded: "{_decoded(octets[first:end])}"'
    yield divided(name, _pieces(_FORM, octets, first, end), octets, meaning, FORM)


def _decoded(octets: bytes) -> str:
    """What the encoding stands for, as UTF-8, of a long one the beginning; octets that are none become U+FFFD."""
    beginning = octets[: _LONGEST_CHARACTER * _MOST_CHARACTERS]
    decoded = unquote_to_bytes(beginning.replace(b"+", b" ")).decode("utf-8", "replace")
    whole = len(beginning) == len(octets) and len(decoded) <= _MOST_CHARACTERS
    return visible(decoded[:_MOST_CHARACTERS]) + ("" if whole else "…")


def _pieces(pattern: re.Pattern[bytes], octets: bytes, first: int, end: int) -> tuple[Field, ...]:
    found = (_piece(match, octets) for match in pattern.finditer(octets, first, end))
    return bounded(chain.from_iterable(found), octets, end)


def _piece(match: re.Match[bytes], octets: bytes) -> Iterator[Field]:
    kind, first, end = str(match.lastgroup), match.start(), match.end()
    if kind == "triplets":
        yield from _triplets(octets, first, end)
    elif kind == "outside":
        meaning = f"{_as_utf8(octets[first:end])}; a sender must percent-encode it"
        yield text("Not allowed", octets, first, end, meaning, TRIPLET)
    else:
        name, meaning, standard = _PIECES[kind]
        told = kind not in ("plus", "percent")
        yield text(name, octets, first, end, meaning, standard, told)


def _triplets(octets: bytes, first: int, end: int) -> Iterator[Field]:
    """Each UTF-8 character with its triplets; an octet that begins none, alone."""
    while first < end:
        size = _triplets_of_a_character(octets, first, end)
        stop = first + 3 * max(size, 1)
        meaning = _as_utf8(unquote_to_bytes(octets[first:stop]))
        if size < 2:
            yield text("pct-encoded", octets, first, stop, meaning, TRIPLET)
        else:
            parts = [_triplet(octets, at) for at in range(first, stop, 3)]
            yield divided("pct-encoded", parts, octets, meaning, TRIPLET)
        first = stop


def _triplet(octets: bytes, at: int) -> Field:
    digits = octets[at + 1 : at + 3].decode().lower()
    return text("pct-encoded", octets, at, at + 3, f"the octet {digits}", TRIPLET, told=True)


def _triplets_of_a_character(octets: bytes, first: int, end: int) -> int:
    """How many triplets make the UTF-8 character that begins here; 0 where none does."""
    found = unquote_to_bytes(octets[first : min(end, first + _LONGEST_CHARACTER)])
    for size in range(1, len(found) + 1):
        try:
            found[:size].decode()
        except UnicodeDecodeError:
            continue
        return size
    return 0


def _as_utf8(octets: bytes) -> str:
    whole = len(octets) <= _MOST_CHARACTERS
    digits = octets[:_MOST_CHARACTERS].hex(" ") + ("" if whole else " …")
    plural = "octet" if len(octets) == 1 else "octets"
    try:
        characters = getincrementaldecoder("utf-8")().decode(octets[:_MOST_CHARACTERS], whole)
    except UnicodeDecodeError:
        return f"the {plural} {digits}, no UTF-8"
    number = f", U+{ord(characters):04X}" if len(characters) == 1 else ""
    return f'"{visible(characters)}"{number}: the {plural} {digits}'
