"""Set-Cookie and Cookie, octet by octet, each attribute with what a user agent makes of it. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from labsupport.cookies.dates import cookie_date
from labsupport.cookies.places import place
from labsupport.cookies.set_cookie import Attribute, Meaning, SetCookie, Span, attributes, parse
from labsupport.cookies.store import LONGEST_LIFE, new_cookie, own_fault
from labsupport.dissection.fields import Field
from labsupport.dissection.text import bounded, divided, printable, text, visible

_PARSING, _DATES, _STORAGE = "RFC 6265bis §5.6", "RFC 6265bis §5.1.1", "RFC 6265bis §5.7"
_SENT = "RFC 6265bis §4.2"
_STANDARDS: Mapping[str, str] = {
    "Expires": "RFC 6265bis §5.6.1", "Max-Age": "RFC 6265bis §5.6.2", "Domain": "RFC 6265bis §5.6.3",
    "Path": "RFC 6265bis §5.6.4", "Secure": "RFC 6265bis §5.6.5", "HttpOnly": "RFC 6265bis §5.6.6",
    "SameSite": "RFC 6265bis §5.6.7",
}
_EXTENSIONS: Mapping[bytes, str] = {
    b"partitioned": "no attribute of RFC 6265bis: browsers that know it keep the cookie by top-level site, too",
    b"priority": "no attribute of RFC 6265bis: Chromium keeps cookies of a higher priority longer",
}
_DATE_TOKENS = {
    "day-of-month": "1 to 31", "month": "its first three letters count", "year": "of two digits: 1970 to 2069",
    "time": "hour, minute and second, in UTC", "": "says nothing: no part of a date, or one that was found before",
}
_LONGEST_NAME = 40
_MOST_SECONDS = int(LONGEST_LIFE.total_seconds())
_ANYWHERE, _ANYTIME = place("https://localhost/"), datetime(2000, 1, 1, tzinfo=UTC)


def set_cookie(octets: bytes, first: int, end: int) -> tuple[Field, ...]:
    """The value of a Set-Cookie field as its pair and its attributes."""
    value = octets[first:end]
    said = parse(value)
    parts = (_moved(field, first) for field in _parts(value, said))
    return bounded(parts, octets, end)


def cookie(octets: bytes, first: int, end: int) -> tuple[Field, ...]:
    """The value of a Cookie field as its pairs, as a server splits it (RFC 6265bis §4.2)."""
    return bounded(_pairs(octets, first, end), octets, end)


def judgment(value: bytes) -> str:
    """Why a user agent ignores a Set-Cookie line, as far as the line alone decides it; empty where it does not."""
    return _judgment(parse(value))[0]


def _judgment(said: SetCookie) -> tuple[str, str]:
    """The reason, and the section."""
    if said.fault:
        return said.fault, _PARSING
    stored = new_cookie(said, _ANYWHERE, str(said.meaning("Domain") or ""), _ANYTIME)
    return own_fault(stored, "Path" in said.attributes), _STORAGE


# Set-Cookie ---------------------------------------------------------------------------------------------------------


def _parts(value: bytes, said: SetCookie) -> Iterator[Field]:
    if said.end:
        yield _pair(value, said)
    first = said.end
    for attribute in attributes(value, said.end):
        end = _end(value, attribute)
        yield _attribute(value, first, end, attribute, said)
        first = end


def _end(value: bytes, attribute: Attribute) -> int:
    found = value.find(b";", attribute.value[1])
    return len(value) if found < 0 else found


def _pair(value: bytes, said: SetCookie) -> Field:
    reason, standard = _judgment(said)
    meaning = "what the server gets back" if said.equals >= 0 else 'no "=": all of it is the value, the name is empty'
    meaning = f"ignored with the whole line: {reason}" if reason else meaning
    names = ("cookie-name", "cookie-value")
    parts = _name_and_value(value, (0, said.end), said.name, said.value, said.equals, names)
    return divided("cookie-pair", tuple(parts), value, meaning, standard if reason else _PARSING)


def _attribute(value: bytes, first: int, end: int, attribute: Attribute, said: SetCookie) -> Field:
    standard = _STANDARDS.get(attribute.kind, _PARSING)
    semicolon = text('";"', value, first, first + 1, "begins an attribute", _PARSING, told=True)
    names = ("attribute-name", "attribute-value")
    parts = _name_and_value(value, (first + 1, end), attribute.name, attribute.value, attribute.equals, names)
    parts = (_with_date(part, attribute) for part in parts)
    whole = divided(_called(value, attribute), (semicolon, *parts), value, _effect(value, attribute, said), standard)
    return replace(whole, shown=text("", value, *attribute.value, "", "").shown)


def _called(value: bytes, attribute: Attribute) -> str:
    name = value[slice(*attribute.name)]
    return attribute.kind or (printable(name) if 0 < len(name) <= _LONGEST_NAME else "cookie-av")


def _effect(value: bytes, attribute: Attribute, said: SetCookie) -> str:
    """What a user agent makes of an attribute, in words."""
    if attribute.meaning is None:
        extension = _EXTENSIONS.get(value[slice(*attribute.name)][:_LONGEST_NAME].lower())
        return extension or f"ignored: {attribute.ignored}"
    if said.attributes[attribute.kind] != attribute:
        return f"no effect: a later {attribute.kind} wins"
    if attribute.kind == "Expires" and said.meaning("Max-Age") is not None:
        return "no effect: Max-Age wins over Expires"
    return _effect_of(attribute.kind, attribute.meaning)


def _effect_of(kind: str, meaning: Meaning) -> str:
    if isinstance(meaning, datetime):
        return f"expires on {meaning:%Y-%m-%d at %H:%M:%S} UTC, or 400 days from now if that is sooner"
    if kind == "Max-Age":
        return _lifetime(int(str(meaning)))
    place = visible(str(meaning))
    return {
        "Domain": f"goes to {place} and every host below it; the host that sets it must be one of them",
        "Path": f"goes to {place} and what lies below it",
        "Secure": "only over a secure connection; no other may set it",
        "HttpOnly": "hidden from scripts, which cannot set it either",
        "SameSite": _SAME_SITE.get(str(meaning), ""),
    }[kind] if meaning != "" else _EMPTY[kind]


_SAME_SITE = {
    "Strict": "stays at home in every cross-site request",
    "Lax": "goes with a cross-site request only where that navigates the tab by a safe method",
    "None": "goes with cross-site requests, too; needs Secure",
    "Default": "an unknown value: as if there were no SameSite at all",
}
_EMPTY = {
    "Domain": "empty: host-only, as if there were no Domain",
    "Path": 'no "/" begins it: the default path counts, the directory of the request',
}


def _lifetime(seconds: int) -> str:
    if seconds <= 0:
        return "expires at once: removes the cookie that is there"
    return f"lives {seconds} s" if seconds <= _MOST_SECONDS else f"lives {_MOST_SECONDS} s: 400 days are the most"


def _with_date(part: Field, attribute: Attribute) -> Field:
    """The value of Expires, divided into the tokens of its date."""
    if attribute.kind != "Expires" or part.name != "attribute-value":
        return part
    octets = part.value if isinstance(part.value, bytes) else b""
    parts = tuple(_moved(field, part.first_bit // 8) for field in _date(octets))
    return replace(part, parts=parts, standard=_DATES)


def _date(octets: bytes) -> Iterator[Field]:
    done = 0
    for token in cookie_date(octets).tokens:
        if done < token.first:
            yield text("delimiter", octets, done, token.first, "between two tokens", _DATES, told=True)
        yield text(token.role or "date-token", octets, token.first, token.end, _DATE_TOKENS[token.role], _DATES)
        done = token.end
    if done < len(octets):
        yield text("delimiter", octets, done, len(octets), "after the last token", _DATES, told=True)


# Cookie -------------------------------------------------------------------------------------------------------------


def _pairs(octets: bytes, first: int, end: int) -> Iterator[Field]:
    seen: set[bytes] = set()
    while first < end:
        stop = octets.find(b";", first, end)
        stop = end if stop < 0 else stop
        if first < stop:
            yield _sent_pair(octets, first, stop, seen)
        if stop < end:
            yield text('";"', octets, stop, stop + 1, "ends the pair", f"{_SENT}.1", told=True)
        first = stop + 1


def _sent_pair(octets: bytes, first: int, end: int, seen: set[bytes]) -> Field:
    equals = octets.find(b"=", first, end)
    name = _trimmed(octets, first, equals) if equals >= 0 else (first, first)
    value = _trimmed(octets, equals + 1 if equals >= 0 else first, end)
    again = octets[slice(*name)] in seen
    seen.add(octets[slice(*name)])
    meaning = "the same name again; nothing tells the two apart" if again else "a stored cookie, without its attributes"
    parts = tuple(_name_and_value(octets, (first, end), name, value, equals, ("cookie-name", "cookie-value")))
    whole = divided("cookie-pair", parts, octets, meaning, f"{_SENT}.2")
    return replace(whole, shown=whole.shown.strip())


def _trimmed(octets: bytes, first: int, end: int) -> Span:
    inner = octets[first:end]
    start = first + len(inner) - len(inner.lstrip(b" \t"))
    return start, max(start, first + len(inner.rstrip(b" \t")))


# Both ---------------------------------------------------------------------------------------------------------------


def _name_and_value(octets: bytes, whole: Span, name: Span, value: Span, equals: int,
                    names: tuple[str, str]) -> Iterator[Field]:
    """Name, "=" and value, and the whitespace around them, as leaves that fill the whole."""
    marks = [(name, names[0], "")] if name[0] < name[1] else []
    marks += [((equals, equals + 1), '"="', "ends the name")] if equals >= 0 else []
    marks += [(value, names[1], "")] if value[0] < value[1] else []
    done = whole[0]
    for (first, end), called, meaning in marks:
        yield from _blanks(octets, done, first)
        yield text(called, octets, first, end, meaning, _PARSING, told=True)
        done = end
    yield from _blanks(octets, done, whole[1])


def _blanks(octets: bytes, first: int, end: int) -> Iterator[Field]:
    if first < end:
        yield text("WSP", octets, first, end, "no part of name or value", _PARSING, told=True)


def _moved(field: Field, octets: int) -> Field:
    """The field, so many octets later."""
    parts = tuple(_moved(part, octets) for part in field.parts)
    return replace(field, first_bit=field.first_bit + 8 * octets, parts=parts)
