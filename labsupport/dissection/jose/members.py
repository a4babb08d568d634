"""A JSON text as fields: each member of an object by itself, down to braces and white space. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from labsupport.dissection.fields import Field
from labsupport.dissection.jose.json_octets import Json, Member
from labsupport.dissection.jose.known import Known
from labsupport.dissection.text import bounded, divided, text, visible

_JSON = "RFC 8259"
_MARKS = re.compile(rb"[{}\[\]:,]|(?P<blanks>[ \t\r\n]+)")
_DEEPEST_LINE = 5
_LONGEST_NAME, _LONGEST_VALUE = 60, 200

Explain = Callable[[str, Json], Known]
"""What a member means, by its name and its value."""

_KEYS = {
    "kty": Known("the kind of key", "RFC 7517 §4.1"),
    "use": Known("what the key is for", "RFC 7517 §4.2"),
    "alg": Known("the algorithm that the key is for", "RFC 7517 §4.4"),
    "kid": Known("the name of the key", "RFC 7517 §4.5"),
    "crv": Known("the curve", "RFC 7518 §6.2.1.1"),
    "x": Known("the public key: the x coordinate, or all of it", "RFC 7518 §6.2.1.2"),
    "y": Known("the public key: the y coordinate", "RFC 7518 §6.2.1.3"),
    "n": Known("the public key: the modulus", "RFC 7518 §6.3.1.1"),
    "e": Known("the public key: the exponent", "RFC 7518 §6.3.1.2"),
    "jwk": Known("the key itself", "RFC 7800 §3.2"),
    "jkt": Known("the digest of the key of DPoP", "RFC 9449 §6.1"),
    "x5t#S256": Known("the digest of the client's certificate", "RFC 8705 §3.1"),
}
"""The members of keys and confirmations, by their names."""

_WITH_A_KEY = frozenset({"jwk", "epk", "cnf"})
"""The members whose value is a key, or has one in it."""


def json_text(octets: bytes, first: int, end: int, value: Json, explain: Explain) -> tuple[Field, ...]:
    """The octets of a JSON text as fields; those of an object are its members, explained."""
    parts = _around(octets, first, end, value, explain)
    return bounded(parts, octets, end)


def faults(value: Json, explain: Explain) -> Iterator[str]:
    """What is wrong with the members of an object, as sentences."""
    for member in value.members:
        if fault := explain(member.name.string, member.value).fault:
            yield fault


def _around(octets: bytes, first: int, end: int, value: Json, explain: Explain) -> Iterator[Field]:
    yield from _blanks(octets, first, value.first)
    yield from _inside(octets, value, explain, 1)
    yield from _blanks(octets, value.end, end)


def _inside(octets: bytes, value: Json, explain: Explain, depth: int) -> Iterator[Field]:
    """A value without a field around it: its braces, and its members or elements; or itself alone."""
    if value.kind not in ("object", "array") or depth > _DEEPEST_LINE:
        yield text(value.kind, octets, value.first, value.end, "", f"{_JSON} §3", told=True)
        return
    here = value.first
    for first, end, field in _items(octets, value, explain, depth):
        yield from _marks(octets, here, first)
        yield field
        here = end
    yield from _marks(octets, here, value.end)


def _items(octets: bytes, value: Json, explain: Explain, depth: int) -> Iterator[tuple[int, int, Field]]:
    for member in value.members:
        yield member.name.first, member.value.end, _member(octets, member, explain, depth)
    for element in value.elements:
        yield element.first, element.end, _element(octets, element, depth)


def _member(octets: bytes, member: Member, explain: Explain, depth: int) -> Field:
    name, value = member.name, member.value
    known = explain(name.string, value)
    inner = _of_a_key if explain is _of_a_key or name.string in _WITH_A_KEY else _of_any_object
    parts = (
        text("name", octets, name.first, name.end, "", f"{_JSON} §4", told=True),
        *_marks(octets, name.end, value.first),
        *bounded(_inside(octets, value, inner, depth + 1), octets, value.end),
    )
    whole = divided(_called(name.string), parts, octets, known.meaning, known.standard)
    return replace(whole, shown=_as_text(octets, value))


def _called(name: str) -> str:
    """A name as it is shown; one must be shown where the name is empty, too."""
    return (visible(name[:_LONGEST_NAME]) + ("…" if len(name) > _LONGEST_NAME else "")) or '""'


def _element(octets: bytes, element: Json, depth: int) -> Field:
    parts = bounded(_inside(octets, element, _of_any_object, depth + 1), octets, element.end)
    if element.kind not in ("object", "array"):
        return parts[0]
    whole = divided("element", parts, octets, "", f"{_JSON} §5")
    return replace(whole, shown=_as_text(octets, element))


def _of_a_key(name: str, value: Json) -> Known:
    return _KEYS.get(name) or _of_any_object(name, value)


def _of_any_object(name: str, value: Json) -> Known:
    return Known("", f"{_JSON} §4")


def _as_text(octets: bytes, value: Json) -> str:
    """The value as it is written; of a long one the beginning."""
    cut = octets[value.first : min(value.end, value.first + 4 * _LONGEST_VALUE)].decode("utf-8", "ignore")
    return visible(cut[:_LONGEST_VALUE]) + ("" if len(cut) <= _LONGEST_VALUE else "…")


def _marks(octets: bytes, first: int, end: int) -> Iterator[Field]:
    """Braces, brackets, colons and commas, one by one, and the white space between them."""
    for found in _MARKS.finditer(octets, first, end):
        if found["blanks"]:
            yield from _blanks(octets, found.start(), found.end())
        else:
            name = f'"{found[0].decode()}"'
            yield text(name, octets, found.start(), found.end(), "", f"{_JSON} §2", told=True)


def _blanks(octets: bytes, first: int, end: int) -> Iterator[Field]:
    """White space; more than spaces gets a line, since one does not expect it."""
    if first < end:
        is_plain = not octets[first:end].strip(b" ")
        meaning = "means nothing in JSON, and changes the token"
        yield text("white space", octets, first, end, meaning, f"{_JSON} §2", told=is_plain)
