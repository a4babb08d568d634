"""A Set-Cookie line, parsed as a user agent parses it (RFC 6265bis §5.6). Pure Python, linear in the octets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from labsupport.cookies.dates import cookie_date

MOST_OCTETS_OF_A_PAIR = 4096
"""Of name and value together; a line with more is ignored as a whole."""

MOST_OCTETS_OF_A_VALUE = 1024
"""Of an attribute's value; an attribute with more is ignored."""

_WHITESPACE = b" \t"
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_SECONDS = re.compile(rb"-?[0-9]+")

Meaning = int | str | datetime | bool
"""What an attribute's value says: seconds, a moment, a domain, a path or a mode; True for a flag."""

Span = tuple[int, int]
"""Where octets begin, and the place after their end."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One cookie-av, between two semicolons.

    `kind` is the attribute's name as the standard writes it; empty where it knows none. `meaning` is None where the
    user agent ignores the attribute, and `ignored` then says why. A Path that stands for the default path means "".
    """

    kind: str
    meaning: Meaning | None
    ignored: str
    name: Span
    value: Span
    equals: int
    """Where the "=" is; -1 without one."""


@dataclass(frozen=True, slots=True)
class SetCookie:
    """What a line says: name and value as they are, and of each attribute the one that counts, the last.

    `fault` says why a user agent ignores the line as a whole; it is empty where it does not.
    """

    octets: bytes
    name: Span
    value: Span
    equals: int
    end: int
    """Where the pair ends: at the first semicolon, or with the octets."""
    attributes: Mapping[str, Attribute]
    fault: str

    def meaning(self, kind: str) -> Meaning | None:
        """What the last attribute of this kind that counts says; None without one."""
        found = self.attributes.get(kind)
        return found.meaning if found else None

    @property
    def name_octets(self) -> bytes:
        """The cookie-name; empty where the pair has no "="."""
        return self.octets[slice(*self.name)]

    @property
    def value_octets(self) -> bytes:
        """The cookie-value."""
        return self.octets[slice(*self.value)]


def parse(octets: bytes) -> SetCookie:
    """Parse the value of a Set-Cookie field. Never raises: what a user agent ignores has a `fault`."""
    end = _until(octets, b";", 0, len(octets))
    equals = octets.find(b"=", 0, end)
    name = _trimmed(octets, 0, equals) if equals >= 0 else (0, 0)
    value = _trimmed(octets, equals + 1, end)
    counted = {each.kind: each for each in attributes(octets, end) if each.meaning is not None}
    return SetCookie(octets, name, value, equals, end, counted, _fault(octets, name, value))


def attributes(octets: bytes, first: int) -> Iterator[Attribute]:
    """The cookie-avs one after the other, from the semicolon at `first` on; those that are ignored, too."""
    while first < len(octets):
        end = _until(octets, b";", first + 1, len(octets))
        yield _attribute(octets, first + 1, end)
        first = end


def _until(octets: bytes, mark: bytes, first: int, end: int) -> int:
    found = octets.find(mark, first, end)
    return end if found < 0 else found


def _trimmed(octets: bytes, first: int, end: int) -> Span:
    while first < end and octets[first] in _WHITESPACE:
        first += 1
    while first < end and octets[end - 1] in _WHITESPACE:
        end -= 1
    return first, end


def _fault(octets: bytes, name: Span, value: Span) -> str:
    if match := _CONTROL.search(octets):
        return f"it holds the control character {match[0][0]:#04x}"
    length = name[1] - name[0] + value[1] - value[0]
    if length > MOST_OCTETS_OF_A_PAIR:
        return f"name and value have {length} octets, more than {MOST_OCTETS_OF_A_PAIR}"
    return "" if length else "neither name nor value has an octet"


def _attribute(octets: bytes, first: int, end: int) -> Attribute:
    equals = octets.find(b"=", first, end)
    name = _trimmed(octets, first, equals if equals >= 0 else end)
    value = _trimmed(octets, equals + 1, end) if equals >= 0 else (end, end)
    kind = _KINDS.get(octets[name[0]:min(name[1], name[0] + _LONGEST)].lower(), "") if _short(name) else ""
    meaning, ignored = _read(kind, octets, value)
    return Attribute(kind, meaning, ignored, name, value, equals)


def _read(kind: str, octets: bytes, value: Span) -> tuple[Meaning | None, str]:
    if value[1] - value[0] > MOST_OCTETS_OF_A_VALUE:
        return None, f"its value has more than {MOST_OCTETS_OF_A_VALUE} octets"
    if not kind:
        return None, "a user agent ignores attributes it does not know"
    return _READERS[kind](octets[slice(*value)])


def _short(name: Span) -> bool:
    return 0 < name[1] - name[0] <= _LONGEST


def _expires(value: bytes) -> tuple[Meaning | None, str]:
    read = cookie_date(value)
    return read.moment, f"no date: {read.fault}" if read.fault else ""


def _max_age(value: bytes) -> tuple[Meaning | None, str]:
    if not value:
        return None, "it is empty"
    if not _SECONDS.fullmatch(value):
        return None, 'it is no number of seconds: digits, with at most a "-" before them'
    return int(value), ""


def _domain(value: bytes) -> tuple[Meaning | None, str]:
    return text(value.removeprefix(b".").lower()), ""


def _path(value: bytes) -> tuple[Meaning | None, str]:
    return text(value) if value.startswith(b"/") else "", ""


def _flag(_: bytes) -> tuple[Meaning | None, str]:
    return True, ""


def _same_site(value: bytes) -> tuple[Meaning | None, str]:
    known = {b"none": "None", b"strict": "Strict", b"lax": "Lax"}
    return known.get(value.lower(), "Default"), ""


def text(octets: bytes) -> str:
    """Octets as text: UTF-8 where they are that, and every other octet so that `octets_of` finds it again."""
    return octets.decode("utf-8", "surrogateescape")


def octets_of(characters: str) -> bytes:
    """The octets that `text` was made of."""
    return characters.encode("utf-8", "surrogateescape")


_READERS: Mapping[str, Callable[[bytes], tuple[Meaning | None, str]]] = {
    "Expires": _expires, "Max-Age": _max_age, "Domain": _domain, "Path": _path,
    "Secure": _flag, "HttpOnly": _flag, "SameSite": _same_site,
}
_KINDS = {kind.lower().encode(): kind for kind in _READERS}
_LONGEST = max(map(len, _KINDS))
