"""A JSON text as octets: each value with its place, read strictly and within bounds (RFC 8259). Pure Python.

What parsers disagree about is refused: a name that comes twice, a lone surrogate, a byte order mark, NaN and Infinity.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from labsupport.dissection.jose.faults import Fault
from labsupport.dissection.text import visible

DEEPEST = 32
"""How deep objects and arrays may lie in one another; RFC 8259 §9 leaves the limit to the reader."""

_BLANKS = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+"')
_SOUND = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_LITERAL = re.compile(rb"true|false|null")
_NO_NUMBER = re.compile(rb"-?(?:NaN|Infinity)")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Json:
    """A value: what it is, the octets that it takes, and the values in it.

    `string` is what a string stands for, its escapes resolved; empty for any other kind.
    """

    kind: str
    first: int
    end: int
    string: str = ""
    members: tuple[Member, ...] = ()
    elements: tuple[Json, ...] = ()

    def member(self, name: str) -> Json | None:
        """The value of that name in an object; None where there is none."""
        return next((member.value for member in self.members if member.name.string == name), None)


@dataclass(frozen=True, slots=True)
class Member:
    """A name and a value in an object."""

    name: Json
    value: Json


def read(octets: bytes, first: int, end: int) -> Json:
    """The one JSON text that the octets from `first` to before `end` hold, white space around it allowed.

    Raises `Fault` at the octet that is wrong.
    """
    _check_encoding(octets, first, end)
    reader = _Reader(octets, end)
    value = reader.value(reader.after_blanks(first), 0)
    rest = reader.after_blanks(value.end)
    if rest < end:
        raise Fault(rest, "more octets follow the JSON text", "a part holds one JSON text and nothing after it")
    return value


def _check_encoding(octets: bytes, first: int, end: int) -> None:
    """UTF-8 without a byte order mark (RFC 8259 §8.1)."""
    if octets[first:end].startswith(b"\xef\xbb\xbf"):
        raise Fault(first, "a byte order mark begins the JSON text (RFC 8259 §8.1)", "remove it before encoding")
    try:
        octets[first:end].decode()
    except UnicodeDecodeError as error:
        what = f"the octet {octets[first + error.start]:02x} is no UTF-8 here (RFC 8259 §8.1)"
        raise Fault(first + error.start, what, "write the JSON text in UTF-8 before encoding it") from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads values one in another; each method takes the place where something begins."""

    octets: bytes
    end: int

    def after_blanks(self, at: int) -> int:
        """Where the white space that begins here ends; here where none does."""
        found = _BLANKS.match(self.octets, at, self.end)
        return found.end() if found else at

    def value(self, at: int, depth: int) -> Json:
        """The value that begins here, inside so many objects and arrays; raises `Fault`."""
        match self._next(at):
            case b"{":
                return self._object(at, self._deeper(at, depth))
            case b"[":
                return self._array(at, self._deeper(at, depth))
            case b'"':
                return self._string(at)
        for kind, pattern in (("number", _NUMBER), ("literal", _LITERAL)):
            if found := pattern.match(self.octets, at, self.end):
                called = kind if kind == "number" else found[0].decode()
                return Json(called, at, found.end())
        raise self._no_value(at)

    def _object(self, at: int, depth: int) -> Json:
        members: list[Member] = []
        names: set[str] = set()
        here = self.after_blanks(at + 1)
        while self._next(here) != b"}" or members:
            member = self._member(here, depth)
            self._check_new(member.name, names)
            members.append(member)
            here = self.after_blanks(member.value.end)
            if self._next(here) == b"}":
                break
            here = self._past(here, b",", '"," or "}" after a member')
        return Json("object", at, here + 1, members=tuple(members))

    def _member(self, at: int, depth: int) -> Member:
        if self._next(at) != b'"':
            raise self._unexpected(at, "a name in double quotes")
        name = self._string(at)
        colon = self.after_blanks(name.end)
        return Member(name, self.value(self._past(colon, b":", '":" after a name'), depth))

    def _array(self, at: int, depth: int) -> Json:
        elements: list[Json] = []
        here = self.after_blanks(at + 1)
        while self._next(here) != b"]" or elements:
            element = self.value(here, depth)
            elements.append(element)
            here = self.after_blanks(element.end)
            if self._next(here) == b"]":
                break
            here = self._past(here, b",", '"," or "]" after a value')
        return Json("array", at, here + 1, elements=tuple(elements))

    def _string(self, at: int) -> Json:
        found = _STRING.match(self.octets, at, self.end)
        if not found:
            raise self._no_string(at)
        string = found[0].decode()
        string = str(json.loads(string)) if "\\" in string else string[1:-1]
        try:
            string.encode()
        except UnicodeEncodeError:
            what = "a \\u escape is half a surrogate pair and stands for no character (RFC 8259 §8.2)"
            raise Fault(at, what, "write both halves, or the character itself") from None
        return Json("string", at, found.end(), string)

    def _check_new(self, name: Json, names: set[str]) -> None:
        if name.string in names:
            called = visible(name.string[:_LONGEST_NAME])
            what = f'the member "{called}" comes twice; a parser refuses that or takes the last (RFC 7515 §4, 7519 §4)'
            raise Fault(name.first, what, "keep one of the two")
        names.add(name.string)

    def _deeper(self, at: int, depth: int) -> int:
        if depth == DEEPEST:
            what = f"more than {DEEPEST} objects and arrays lie in one another (RFC 8259 §9)"
            raise Fault(at, what, "no token needs that; do not trust where it comes from")
        return depth + 1

    def _past(self, at: int, mark: bytes, expected: str) -> int:
        """Where the next value or name begins, after the mark and the blanks that follow it."""
        if self._next(at) != mark:
            raise self._unexpected(at, expected)
        return self.after_blanks(at + 1)

    def _next(self, at: int) -> bytes:
        return self.octets[at : min(at + 1, self.end)]

    def _unexpected(self, at: int, expected: str) -> Fault:
        return Fault(at, f"{self._seen(at)} stands where JSON expects {expected}", "write the part as sound JSON")

    def _no_value(self, at: int) -> Fault:
        if found := _NO_NUMBER.match(self.octets, at, self.end):
            return Fault(at, f"{found[0].decode()} is no JSON number (RFC 8259 §6)", "write a number, or leave it out")
        return self._unexpected(at, "a value")

    def _no_string(self, at: int) -> Fault:
        sound = _SOUND.match(self.octets, at, self.end)
        wrong = sound.end() if sound else at
        if wrong == self.end:
            return Fault(at, "the string that begins here has no end", "copy the token whole")
        if self._next(wrong) == b"\\":
            return Fault(wrong, "JSON has no such escape (RFC 8259 §7)", "write the character, or \\u and four digits")
        what = f"the control character 0x{self.octets[wrong]:02x} stands in a string (RFC 8259 §7)"
        return Fault(wrong, what, "write it as an escape")

    def _seen(self, at: int) -> str:
        seen = self.octets[at : min(at + 4, self.end)].decode("utf-8", "replace")[:1]
        return f'"{visible(seen)}"' if seen else "the end"
